using System.CommandLine;
using Lutra.Cli.Output;
using Lutra.Cli.Serve;
using Lutra.Cli.Settings;

namespace Lutra.Cli.Etcd;

/// <summary>
/// <c>lutra etcd</c>, or lutra under the name <c>etcd</c>: a node that is started as etcd is, so that unit files, operators and test harnesses need no change.
/// </summary>
internal static class EtcdCommand
{
    public const string ConfigFile = "config-file";

    private static readonly Dictionary<string, EtcdFlag> ByName = EtcdFlags.All.ToDictionary(flag => flag.Name, StringComparer.Ordinal);

    public static Command Create()
    {
        // Its options are Go's, which another parser reads.
        var command = new Command("etcd", "Runs a node with etcd's options and ETCD_… variables") { TreatUnmatchedTokensAsErrors = false };
        command.SetAction((parsed, cancellationToken) => RunAsync([.. parsed.UnmatchedTokens], cancellationToken));
        return command;
    }

    public static EtcdFlag? Find(string name) => ByName.GetValueOrDefault(name);

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (arguments is ["--version" or "-version"])
        {
            Console.Out.WriteLine($"etcd Version: {Server.Etcd.EtcdVersions.Server}");
            Console.Out.WriteLine($"Lutra Version: {LutraVersion.Text}");
            return (int)ExitCode.Ok;
        }

        var errors = new List<string>();
        var options = Parse(arguments, Variables(), Failure.Note, errors);
        if (errors.Count == 0)
            return await NodeProcess.RunAsync(options, untilInputEnds: false, cancellationToken);
        foreach (var error in errors)
            Failure.Write(error);
        Failure.Hint("What each option of etcd is here: docs/etcd.md");
        return (int)ExitCode.Usage;
    }

    /// <param name="warn">Told of what is passed over, as etcd does with variables it does not know.</param>
    /// <param name="errors">Everything that is wrong, each with where it was written.</param>
    public static ServeOptions Parse(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, Action<string> warn, List<string> errors)
    {
        var given = EtcdArguments.Read(arguments, environment, warn, errors);
        if (given.Remove(ConfigFile, out var file))
        {
            foreach (var other in given.Values)
                warn($"{other.Origin} is passed over: {file.Origin} says everything, as in etcd.");
            given = EtcdConfigFile.Read(file.Text, errors);
        }

        var settings = new EtcdSettings(errors);
        settings.Set("id", new Setting("default", "--name"));
        settings.Set("cluster", new Setting("etcd-cluster", "--initial-cluster-token"));
        settings.Set("log-format", new Setting("json", "--log-format"));
        foreach (var (name, value) in given)
            Take(ByName[name], settings, value);
        if (settings.Urls.TryGetValue("peer-client-cert-auth", out var asked) && asked.Text == "false" && settings.Options.ContainsKey("peer-cert-file"))
            settings.Refuse($"{asked.Origin} is \"false\", but peers that speak TLS always prove to each other who they are: leave it out.");
        var label = settings.Options["id"].Text;
        settings.Options.TryAdd("dir", new Setting($"{label}.etcd", "--data-dir"));
        new EtcdAddresses(settings, label).Resolve();
        return ServeOptions.From(new SettingSource(settings.Options, errors), errors);
    }

    private static void Take(EtcdFlag flag, EtcdSettings settings, Setting given)
    {
        if (!flag.IsSwitch)
            flag.Take(settings, given);
        else if (given.Text is "1" or "t" or "T" or "true" or "TRUE" or "True")
            flag.Take(settings, given with { Text = "true" });
        else if (given.Text is "0" or "f" or "F" or "false" or "FALSE" or "False")
            flag.Take(settings, given with { Text = "false" });
        else
            settings.Refuse($"{given.Origin} is \"{given.Text}\", but must be true or false.");
    }

    private static Dictionary<string, string> Variables() => Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
        .ToDictionary(one => (string)one.Key, one => (string?)one.Value ?? "", StringComparer.Ordinal);
}
