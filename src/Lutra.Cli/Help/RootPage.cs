using System.CommandLine;

namespace Lutra.Cli.Help;

/// <summary>The page of <c>lutra --help</c>: what there is, by what it is for.</summary>
internal static class RootPage
{
    private const int Left = 14;

    private static readonly string About =
        $"Lutra {LutraVersion.Text}, a distributed key-value store: what it calls done is on the disks of a majority of its nodes, and any of them may be asked.";

    private const string Where =
        "Where the cluster is: --endpoints host:port,host:port (or --server, -s), else LUTRA_ENDPOINTS in the environment, else localhost:2379. Answers: a table on a terminal, plain "
        + "lines in a pipe, -o json where asked.";

    private static readonly (string Heading, string[] Commands)[] Groups =
    [
        ("Begin here:", ["dev", "demo", "serve"]),
        ("Keys:", ["put", "get", "del", "keys", "txn", "watch", "lease", "shell"]),
        ("The cluster:", ["status", "leader", "member"]),
        ("Users:", ["auth", "user", "role"]),
        ("Files:", ["export", "import", "snapshot", "recover"]),
    ];

    public static IEnumerable<string> Lines(RootCommand root, int width)
    {
        foreach (var line in Columns.Wrap(About, width))
            yield return line;
        yield return "";
        yield return "Usage: lutra <command> [options]";
        yield return "       lutra <command> --help    all about one command, with examples";

        var shown = root.Subcommands.Where(command => !command.Hidden).ToDictionary(command => command.Name);
        var others = shown.Keys.Except(Groups.SelectMany(group => group.Commands)).ToArray();
        foreach (var (heading, commands) in Groups.Append(("More:", others)))
        {
            yield return "";
            yield return heading;
            foreach (var name in commands)
            {
                foreach (var line in Columns.Pair(name, shown[name].Description ?? "", Left, width))
                    yield return line;
            }
        }

        yield return "";
        foreach (var line in Columns.Wrap(Where, width))
            yield return line;
        yield return "";
        yield return "Exit codes:";
        yield return "  0  done                              4  a transaction's compares did not hold";
        yield return "  1  it went wrong                     5  not done: no leader, or no answer";
        yield return "  2  the command line makes no sense   6  not allowed";
        yield return "  3  there is no such key or member    7  unknown: it may or may not be done";
        yield return "";
        yield return "Examples:";
        yield return "  lutra dev                  three nodes and a shell: put name otter, kill 1 ...";
        yield return "  lutra demo election        watch five nodes elect a leader";
        yield return "  lutra put name otter       on whatever runs at localhost:2379";
    }
}
