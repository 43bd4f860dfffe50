using System.CommandLine;
using Lutra.Cli.Output;
using Lutra.Cli.Settings;

namespace Lutra.Cli.Serve;

/// <summary>Runs one node until it is told to stop.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var command = new Command("serve", "Runs a node: REST for clients and the peers' protocol on one address");
        var options = ServeOptions.All.ToDictionary(
            each => each.Name,
            each => new Option<string?>($"--{each.Name}", [$"-{each.Name}", .. ServeOptions.Aliases.GetValueOrDefault(each.Name) ?? []])
            {
                Description = each.Help,
                HelpName = each.Value,
                Arity = ArgumentArity.ZeroOrOne,
            });
        var config = new Option<string?>("--config") { Description = "A file of lines \"name = value\" with any of these options; flags and the environment win", HelpName = "FILE" };
        foreach (var option in options.Values)
            command.Add(option);
        var untilInputEnds = new Option<bool>("--until-input-ends") { Description = "Stop when standard input ends: a child then never outlives its parent", Hidden = true };
        command.Add(config);
        command.Add(untilInputEnds);
        command.SetAction((parsed, cancellationToken) =>
        {
            var errors = new List<string>();
            var given = options.Where(each => parsed.GetResult(each.Value) is { Implicit: false }).ToDictionary(each => each.Key, each => parsed.GetValue(each.Value) ?? "");
            var file = parsed.GetValue(config) is { } path ? SettingsFile.Read(path, options.Keys.ToHashSet(), errors) : null;
            var serve = ServeOptions.From(new SettingSource(given, Environment.GetEnvironmentVariable, file, errors), errors);
            if (errors.Count == 0)
                return NodeProcess.RunAsync(serve, parsed.GetValue(untilInputEnds), cancellationToken);
            foreach (var error in errors)
                Failure.Write(error);
            return Task.FromResult((int)ExitCode.Usage);
        });
        return command;
    }
}
