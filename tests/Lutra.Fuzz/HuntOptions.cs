using System.Globalization;

namespace Lutra.Fuzz;

/// <param name="Inputs">In all, shared out among the targets.</param>
/// <param name="Targets">Names.</param>
/// <param name="Folder">Where the inputs of findings go.</param>
internal sealed record HuntOptions(long Inputs, int Jobs, int Seed, IReadOnlyList<string> Targets, string Folder)
{
    /// <summary>Null where they make no sense.</summary>
    public static HuntOptions? Parse(string[] args)
    {
        var options = new HuntOptions(1_000_000, 2, Environment.ProcessId, FuzzTargets.Names, "crashers");
        for (var at = 0; at < args.Length; at += 2)
        {
            if (at + 1 == args.Length)
                return null;
            var value = args[at + 1];
            long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
            options = args[at] switch
            {
                "--inputs" => options with { Inputs = number },
                "--jobs" => options with { Jobs = (int)Math.Min(number, 64) },
                "--seed" => options with { Seed = (int)number },
                "--target" => options with { Targets = [value] },
                "--into" => options with { Folder = value },
                _ => options with { Jobs = 0 },
            };
        }

        return options is { Inputs: > 0, Jobs: > 0 } && options.Targets.All(FuzzTargets.Names.Contains) ? options : null;
    }
}
