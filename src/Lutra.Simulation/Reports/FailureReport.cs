using System.Text;
using Lutra.Simulation.Recording;
using Lutra.Simulation.Runs;

namespace Lutra.Simulation.Reports;

/// <summary>What a failing run leaves for whoever looks for its cause: the run is done once more, and written down.</summary>
public sealed class FailureReport
{
    private const int EventsMax = 200;

    private FailureReport(string text, string page) => (Text, Page) = (text, page);

    /// <summary>The world, the nodes, the last events and messages: to read.</summary>
    public string Text { get; }

    /// <summary>The whole run as one HTML page: to look at.</summary>
    public string Page { get; }

    /// <summary>Runs <paramref name="world"/> again.</summary>
    /// <param name="found">The world that failed first; <paramref name="world"/> may be a smaller one that fails alike.</param>
    public static FailureReport Of(World found, World world)
    {
        ArgumentNullException.ThrowIfNull(found);
        ArgumentNullException.ThrowIfNull(world);
        var recording = new RunRecording();
        var report = SimulationRun.Run(world, recording);
        return new FailureReport(TextOf(found, report, recording), HistoryPage.Of(report, recording));
    }

    private static string TextOf(World found, RunReport report, RunRecording recording)
    {
        var text = new StringBuilder();
        text.AppendLine($"Seed {report.World.Seed}: {report.Violation ?? "nothing is wrong: the code is not the one that failed"}").AppendLine();
        text.AppendLine("Repeat it:").AppendLine($"  {found.ReproLine}");
        if (found != report.World)
            text.AppendLine("A smaller world that fails alike, which the rest of this report is about:").AppendLine($"  {report.World.ReproLine}");
        text.AppendLine().AppendLine($"World: {report.World.Voters} voters, {report.World.Clients} clients a workload, {report.World.FaultsFor.TotalSeconds} s of faults, damage {(report.World.BeyondBudget ? "beyond" : "within")} what must be borne");
        text.AppendLine($"  faults: {string.Join(", ", report.World.Faults)}").AppendLine($"  workloads: {string.Join(", ", report.World.Workloads)}");
        if (recording.Misfit is { } misfit)
            text.AppendLine().AppendLine($"The first operation that fits nowhere: {Describe(recording, misfit)}");
        text.AppendLine().AppendLine($"Nodes at the end ({recording.End}):");
        foreach (var state in recording.States)
            text.AppendLine($"  {state}");
        text.AppendLine().AppendLine($"The last {EventsMax} events:");
        // Both are sorted by time; what was done comes before what a node says of it.
        foreach (var entry in report.Timeline.Concat(report.Told).OrderBy(entry => entry.At).TakeLast(EventsMax))
            text.AppendLine($"  {entry}");
        text.AppendLine().AppendLine(recording.Misfit is null ? "The last messages:" : "The last messages before it was answered:");
        MessageDiagram.Draw(text, report, recording);
        return text.ToString();
    }

    private static string Describe(RunRecording recording, OperationPlace place) =>
        recording.Find(place) is { } request
            ? $"{request.Client} asked node {request.Node} at {request.Invoked}: {request.What}; answered at {request.Ended}: {request.Answer}"
            : $"{place.Client} at {place.Invoked}";
}
