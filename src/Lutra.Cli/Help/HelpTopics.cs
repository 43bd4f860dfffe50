namespace Lutra.Cli.Help;

/// <summary>What the page of a command says beyond its description and options.</summary>
/// <param name="Examples">Lines as they would be typed, with a comment behind where one is due.</param>
/// <param name="ExitCodes">Those that matter to a script; empty: none beyond 0 and 2.</param>
/// <param name="Details">What there is to know; empty where the rest says it.</param>
internal sealed record HelpTopic(IReadOnlyList<string> Examples, string ExitCodes = "", string Details = "");

/// <summary>Examples and exit codes of every command.</summary>
internal static class HelpTopics
{
    private const string Writes = "0 done; 2 the command line makes no sense; 5 not done: no leader, or nobody answers; 7 unknown: it may or may not be done.";
    private const string Reads = "0; 2 the command line makes no sense; 5 nobody could answer.";
    private const string Files = "0; 1 the file or folder cannot be used; 2 the command line makes no sense.";

    private const string Admin = "0 done; 1 refused, such as what is there already; 3 there is no such user or role; 5 not done; 6 denied; 7 unknown.";
    private static readonly HelpTopic None = new([]);

    private static readonly SortedDictionary<string, HelpTopic> All = new(StringComparer.Ordinal)
    {
        ["serve"] = new(
            [
                "lutra serve                           a cluster of one at localhost:2379",
                "lutra serve --id=1 --addr=localhost:8001 \\",
                "    --peers=1=localhost:8001,2=localhost:8002,3=localhost:8003",
                "lutra serve --id=4 --addr=localhost:8004 --join --peers=localhost:8001",
                "lutra serve --node-id 1 --port 3001 --peers 2,3",
                "lutra serve --config node1.conf       lines such as: addr = localhost:8001",
            ],
            "0 it was stopped; 1 it cannot run on; 2 the options make no sense.",
            "Runs until Ctrl+C or SIGTERM, then hands over and stops. Each option may also be written with one dash, as a line of the file of --config, or in the environment: LUTRA_ADDR "
            + "for --addr, LUTRA_REQUEST_TIMEOUT for --request-timeout. In the foreground of a terminal it shows a shell, and its log goes to DIR/ID.log; elsewhere to standard error."),
        ["etcd"] = new(
            [
                "lutra etcd                            a cluster of one at localhost:2379",
                "lutra etcd --name a --data-dir /var/lib/etcd \\",
                "    --listen-client-urls http://localhost:2379 \\",
                "    --advertise-client-urls http://localhost:2379",
                "ln -s $(which lutra) /usr/local/bin/etcd",
            ],
            "0 it was stopped; 1 it cannot run on; 2 the options make no sense.",
            "Takes etcd's options (--name value, --name=value, -name), ETCD_NAME and the like from the environment, and --config-file. What has no meaning here is refused and says what to use "
            + "instead. A link to lutra that is called etcd does the same. What each option is here: docs/etcd.md."),
        ["dev"] = new(
            [
                "lutra dev                       then: put name otter, kill 1, get name, help",
                "lutra dev --nodes 5 --dir /tmp/five",
                "printf 'put a b\\nget a\\n' | lutra dev",
            ],
            "that of the first command that failed, where the commands came from a pipe.",
            "The shell is that of lutra shell, and has kill, stop, start, cut, heal, add and remove for the nodes; help lists all. The first node is at localhost:2379, or the next free "
            + "port. exit or Ctrl+D stops the nodes; their data stays, and the next lutra dev goes on with it."),
        ["demo"] = new(["lutra demo election"]),
        ["demo election"] = new(
            ["lutra demo election", "lutra demo election --nodes 7 --seed 3", "lutra demo election --story --speed 4", "lutra demo election --speed 0 | less"],
            "0; 1 the terminal is too small for the picture (60 by 20 at least).",
            "On the real consensus core, slowed down. The keys stand at the bottom; ? explains them, q ends it."),
        ["put"] = new(
            ["lutra put name otter", "lutra put name 'an otter' --prev", "lutra put session/7 alice --ttl 60", "lutra put logo - < logo.png", "lutra put -- -name --value"], Writes),
        ["get"] = new(
            ["lutra get name", "lutra get logo > logo.png", "lutra get name --revision 42", "lutra get name -o json"],
            "0; 2 the command line makes no sense; 3 there is no such key; 5 nobody could answer."),
        ["del"] = new(
            ["lutra del name", "lutra del --prefix user/            shows how many, and asks", "lutra del --from a --to c --yes"],
            "0 done; 1 you said no, or nobody could be asked; 3 there is no such key; 5 not done; 7 unknown: it may or may not be done.",
            "Prints how many keys were deleted."),
        ["keys"] = new(["lutra keys", "lutra keys --prefix user/ --values --limit 10", "lutra keys --count", "lutra keys --from a --to c -o json"], Reads),
        ["txn"] = new(
            [
                "lutra txn --if 'missing lock' --then 'put lock me'",
                "lutra txn --if 'value name = otter' --then 'put name seal' --else 'get name'",
                "lutra txn --then 'put a 1' --then 'put b 2'",
            ],
            "0 the compares held; 4 they did not, and what stands behind --else was done; 2, 5 and 7 as elsewhere.",
            "Each option may be given several times. Compares: exists KEY, missing KEY, and value|version|revision|created|lease KEY =|!=|<|> WHAT. Operations: put KEY VALUE, get KEY, "
            + "del KEY, keys PREFIX, del-prefix PREFIX."),
        ["watch"] = new(
            ["lutra watch name", "lutra watch --prefix user/ --prev", "lutra watch name --revision 42 -o json"],
            "0 Ctrl+C ended it; 1 the changes asked for are compacted; 5 nobody could answer."),
        ["lease"] = new(["lutra lease grant 60", "lutra put session alice --lease 7"]),
        ["lease grant"] = new(["lutra lease grant 60", "lutra lease grant 60 --id 7"], Writes),
        ["lease keep-alive"] = new(["lutra lease keep-alive 7            until Ctrl+C", "lutra lease keep-alive 7 --once"], "0; 3 there is no such lease; 5 nobody could answer."),
        ["lease revoke"] = new(["lutra lease revoke 7"], "0 done; 3 there is no such lease; 5 not done; 7 unknown."),
        ["lease get"] = new(["lutra lease get 7 --keys"], "0; 3 there is no such lease; 5 nobody could answer."),
        ["lease list"] = new(["lutra lease list -o json"], Reads),
        ["status"] = new(["lutra status", "lutra status --endpoints localhost:2379,localhost:2381,localhost:2383", "lutra status -o json"], "0; 5 none of them answered."),
        ["leader"] = new(["lutra leader", "lutra leader transfer 2"], "0; 5 nobody leads, or nobody answers."),
        ["leader transfer"] = new(["lutra leader transfer            to whoever is furthest", "lutra leader transfer 2"], "0; 1 refused; 3 there is no such member; 5 nobody leads."),
        ["member"] = new(["lutra member list", "lutra member add localhost:8004 --id 4"]),
        ["member list"] = new(["lutra member list", "lutra member list -o json"], Reads),
        ["member add"] = new(
            ["lutra member add localhost:8004 --id 4", "lutra member add 4 localhost:8004 --promotion manual"], Writes,
            "It votes once its node was started with --join and has caught up; the answer says how. One that never starts holds up nothing."),
        ["member remove"] = new(["lutra member remove 4"], "0 done; 1 refused, such as the last voter; 3 there is no such member; 5 not done; 7 unknown."),
        ["member promote"] = new(["lutra member promote 4"], "0 done; 1 refused: it has not caught up; 3 there is no such member; 5 not done."),
        ["member replace"] = new(
            ["lutra member replace 3 localhost:8005 --id 5", "lutra member replace 3                  its folder is lost, its address is not"],
            "0 done; 1 refused; 3 there is no such member; 5 not done; 7 unknown."),
        ["auth"] = new(["lutra user add root", "lutra user grant-role root root", "lutra auth enable --user root"]),
        ["auth enable"] = new(["lutra auth enable --user root"], "0 done; 1 there is no user root, or it has not the role root; 5 not done; 6 denied; 7 unknown."),
        ["auth disable"] = new(["lutra auth disable --user root"], Admin),
        ["auth status"] = new(["lutra auth status -o json"], Admin),
        ["user"] = new(["lutra user add alice", "lutra user grant-role alice readers", "lutra user list"]),
        ["user add"] = new(["lutra user add alice             asks for a password", "lutra user add alice:secret", "lutra user add robot --no-password"], Admin),
        ["user delete"] = new(["lutra user delete alice"], Admin),
        ["user passwd"] = new(["lutra user passwd alice          asks for it", "lutra user passwd alice:secret"], Admin),
        ["user grant-role"] = new(["lutra user grant-role alice readers"], Admin),
        ["user revoke-role"] = new(["lutra user revoke-role alice readers"], Admin),
        ["user get"] = new(["lutra user get alice"], Admin),
        ["user list"] = new(["lutra user list -o json"], Admin),
        ["role"] = new(["lutra role add readers", "lutra role grant-permission readers read --prefix config/", "lutra role get readers"]),
        ["role add"] = new(["lutra role add readers"], Admin),
        ["role delete"] = new(["lutra role delete readers"], Admin),
        ["role grant-permission"] = new(
            ["lutra role grant-permission readers read --prefix config/", "lutra role grant-permission admins readwrite --prefix \"\"", "lutra role grant-permission one write counter"],
            Admin),
        ["role revoke-permission"] = new(["lutra role revoke-permission readers --prefix config/"], Admin),
        ["role get"] = new(["lutra role get readers"], Admin),
        ["role list"] = new(["lutra role list -o json"], Admin),
        ["shell"] = new(
            ["lutra shell", "lutra shell localhost:8080,localhost:8081,localhost:8082", "echo 'put name otter' | lutra shell", "lutra shell < commands.txt"],
            "that of the first command that failed, or 0.",
            "help lists its commands, help put says all about one. Tab completes, arrows recall, Ctrl+C ends a command, Ctrl+D the shell."),
        ["export"] = new(["lutra export all.jsonl", "lutra export --prefix user/ | gzip > users.jsonl.gz"], Reads, "One line for each key, all as of one revision; shows its progress on a terminal."),
        ["import"] = new(
            ["lutra import all.jsonl", "zcat users.jsonl.gz | lutra import", "lutra import all.jsonl --from-line 5001", "lutra import --from-etcd localhost:2379 --endpoints localhost:8001", "lutra import --from-etcd old:2379 --prefix app/ --into-prefix copy/", "lutra import --from-etcd old:2379 --overwrite"],
            "0 done; 2 a line cannot be imported, and says which; 5 not done; 7 unknown. What stands before the line that is named is done.",
            "Keys that are there already get the values of the file. Written in transactions of up to 100 keys."),
        ["snapshot"] = new(["lutra snapshot save backup.lutra", "lutra snapshot inspect backup.lutra"]),
        ["snapshot save"] = new(
            ["lutra snapshot save backup.lutra", "lutra snapshot save backup.lutra --force --local"], "0; 1 the file cannot be written; 5 nobody could answer.",
            "The file is whole and checked, or is not there."),
        ["snapshot restore"] = new(["lutra snapshot restore backup.lutra --id 1 --dir new-data", "lutra snapshot restore backup.lutra --id 2 --dir new-data", "lutra snapshot restore etcd.db --revision-jump 0", "lutra snapshot restore member/snap/db --skip-hash-check"], Files),
        ["snapshot inspect"] = new(["lutra snapshot inspect backup.lutra", "lutra snapshot inspect backup.lutra -o json", "lutra snapshot status etcd.db"], "0 every byte is right; 1 it is not, or it cannot be read."),
        ["recover"] = new(
            ["lutra recover lutra-data                   shows what is left, and asks", "lutra recover /mnt/node2/2 /mnt/node3/3 --to new-data", "lutra recover lutra-data --snapshot left.lutra --yes"],
            "0 done; 1 you said no, or the folders cannot be used; 2 the command line makes no sense."),
        ["cert"] = new(["lutra cert init 1=localhost 2=localhost 3=localhost"]),
        ["cert init"] = new(
            ["lutra cert init 1=localhost 2=localhost 3=localhost", "lutra cert init 1=db1.example,10.0.0.1 2=db2.example --client alice --days 90"], Files,
            "The folder then holds a CA for clients and one for peers, and a certificate and key for each; the answer says how nodes and clients are started with them."),
        ["completion"] = new(
            [
                "source <(lutra completion bash)             in ~/.bashrc",
                "source <(lutra completion zsh)              in ~/.zshrc, behind compinit",
                "lutra completion fish | source              in ~/.config/fish/config.fish",
                "lutra completion powershell | Out-String | Invoke-Expression",
            ]),
        ["sim"] = new(
            ["lutra sim --seeds 100 --jobs 4", "lutra sim --seed 42 --trace", "lutra sim --area elections --seconds 30"], "0 all promises were kept; 1 one was broken, and the seed repeats it."),
        ["bench"] = new(
            ["lutra bench put --seconds 10", "lutra bench list --server localhost:2379 --keys 100000 -o json", "lutra bench watch --watchers 1000 --workers 8"],
            "0 done; 1 some operations failed; 2 the command line makes no sense; 5 nobody answers.",
            "For figures to compare: the same machine, nothing else on it, and a warm-up of 5 seconds or more."),
        ["version"] = new(["lutra version"]),
    };

    /// <param name="path">Such as "snapshot save".</param>
    public static HelpTopic Of(string path) => All.GetValueOrDefault(path, None);
}
