using System.Globalization;

namespace Lutra.Acceptance.Faults;

/// <summary>What a test measured, for people: into its output, and to the end of the file that LUTRA_FAULT_FIGURES names.</summary>
internal sealed class Figures(string test)
{
    private static readonly Lock gate = new();

    private readonly List<TimeSpan> waits = [];

    /// <summary>Writes were not possible for so long.</summary>
    public void Waited(TimeSpan time) => waits.Add(time);

    public void Tell(string what)
    {
        var sorted = waits.Order().ToArray();
        string At(double share) => string.Create(CultureInfo.InvariantCulture, $"{sorted[(int)((sorted.Length - 1) * share)].TotalSeconds:0.00} s");
        var writable = sorted.Length > 0 ? $" Writable again after p50 {At(0.5)}, p99 {At(0.99)}, at most {At(1)} ({sorted.Length} times)." : "";
        var line = $"{test}: {what}{writable} Seed {Amount.Seed}.";
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        if (Environment.GetEnvironmentVariable("LUTRA_FAULT_FIGURES") is { Length: > 0 } path)
        {
            lock (gate)
                File.AppendAllText(path, line + Environment.NewLine);
        }
    }
}
