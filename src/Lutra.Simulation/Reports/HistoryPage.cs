using System.Text;
using System.Text.Json;
using Lutra.Simulation.Recording;
using Lutra.Simulation.Runs;

namespace Lutra.Simulation.Reports;

/// <summary>
/// A run as one page without anything from elsewhere: nodes with their roles, terms and messages, what was done to them, and the clients' requests, on one
/// time axis. The page itself is history.html, with history.css; here its data are put in.
/// </summary>
internal static class HistoryPage
{
    private const string Place = "/*DATA*/null";
    private const string StylePlace = "/*STYLE*/";

    // Times on the page are milliseconds.
    private const int Decimals = 4;

    public static string Of(RunReport report, RunRecording recording)
    {
        // The writer escapes what could end the script.
        return Part("html").Replace(StylePlace, Part("css"), StringComparison.Ordinal).Replace(Place, Encoding.UTF8.GetString(DataOf(report, recording)), StringComparison.Ordinal);
    }

    private static string Part(string kind)
    {
        using var part = typeof(HistoryPage).Assembly.GetManifestResourceStream($"Lutra.Simulation.Reports.history.{kind}")
            ?? throw new InvalidOperationException("The page is not in the assembly.");
        using var reader = new StreamReader(part, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static byte[] DataOf(RunReport report, RunRecording recording)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("seed", $"{report.World.Seed}");
            json.WriteString("violation", report.Violation ?? "nothing is wrong");
            json.WriteString("repro", report.World.ReproLine);
            json.WriteNumber("end", Millis(recording.End));
            WriteList(json, "facts", FactsOf(report), (writer, fact) => WriteTexts(writer, fact.Name, fact.Value));
            WriteList(json, "nodes", recording.Nodes, (writer, node) => writer.WriteStringValue(node));
            WriteList(json, "hosts", recording.LabelOfHost, (writer, host) => WriteTexts(writer, host.Key, host.Value));
            WriteList(json, "spells", recording.Spells, WriteSpell);
            WriteList(json, "events", report.Timeline, (writer, entry) => WriteEvent(writer, entry.At, entry.Node, entry.What));
            WriteList(json, "told", report.Told.OrderBy(entry => entry.At), (writer, entry) => WriteEvent(writer, entry.At, entry.Node, entry.What));
            WriteList(json, "messages", recording.Messages, WriteMessage);
            WriteList(json, "requests", recording.Requests, WriteRequest);
            WriteList(json, "states", recording.States, (writer, state) => writer.WriteStringValue(state));
            WriteList(json, "misfit", recording.Misfit is { } misfit ? [misfit] : Array.Empty<OperationPlace>(), WritePlace);
            WriteList(json, "longest", recording.Longest, WritePlace);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static IEnumerable<(string Name, string Value)> FactsOf(RunReport report)
    {
        var world = report.World;
        yield return ("voters", $"{world.Voters}");
        yield return ("machines that stand by", $"{world.Standby}");
        yield return ("clients a workload", $"{world.Clients}");
        yield return ("faults go on for", $"{world.FaultsFor.TotalSeconds:0.###} s");
        yield return ("faults", world.Faults.IsEmpty ? "none" : string.Join(", ", world.Faults));
        yield return ("workloads", string.Join(", ", world.Workloads));
        yield return ("requests", $"{report.RequestsDone} done, {report.RequestsUnknown} unknown");
    }

    private static void WriteList<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
            write(json, item);
        json.WriteEndArray();
    }

    private static void WriteTexts(Utf8JsonWriter json, string one, string other)
    {
        json.WriteStartArray();
        json.WriteStringValue(one);
        json.WriteStringValue(other);
        json.WriteEndArray();
    }

    private static void WriteSpell(Utf8JsonWriter json, NodeSpell spell)
    {
        json.WriteStartArray();
        json.WriteNumberValue(Millis(spell.From));
        json.WriteStringValue(spell.Node);
        json.WriteStringValue(spell.What);
        json.WriteNumberValue(spell.Term);
        json.WriteEndArray();
    }

    private static void WriteEvent(Utf8JsonWriter json, TimeSpan at, string node, string what)
    {
        json.WriteStartArray();
        json.WriteNumberValue(Millis(at));
        json.WriteStringValue(node);
        json.WriteStringValue(what);
        json.WriteEndArray();
    }

    private static void WriteMessage(Utf8JsonWriter json, RecordedMessage message)
    {
        json.WriteStartArray();
        json.WriteNumberValue(Millis(message.Sent));
        WriteTime(json, message.Arrived);
        json.WriteStringValue(message.From);
        json.WriteStringValue(message.To);
        json.WriteStringValue(message.What);
        json.WriteBooleanValue(message.IsOfConsensus);
        json.WriteEndArray();
    }

    private static void WriteRequest(Utf8JsonWriter json, RecordedRequest request)
    {
        json.WriteStartArray();
        json.WriteStringValue(request.Client);
        json.WriteStringValue(request.Node);
        json.WriteNumberValue(Millis(request.Invoked));
        WriteTime(json, request.Ended);
        json.WriteNumberValue((int)request.Outcome);
        json.WriteStringValue(request.What);
        json.WriteStringValue(request.Answer);
        json.WriteEndArray();
    }

    private static void WritePlace(Utf8JsonWriter json, OperationPlace place)
    {
        json.WriteStartArray();
        json.WriteStringValue(place.Client);
        json.WriteNumberValue(Millis(place.Invoked));
        json.WriteEndArray();
    }

    private static void WriteTime(Utf8JsonWriter json, TimeSpan? time)
    {
        if (time is { } known)
            json.WriteNumberValue(Millis(known));
        else
            json.WriteNullValue();
    }

    private static double Millis(TimeSpan time) => Math.Round(time.TotalMilliseconds, Decimals);
}
