using System.Text.Json;
using Lutra.Simulation.Recording;
using Lutra.Simulation.Reports;
using Lutra.Simulation.Runs;

namespace Lutra.Simulation.Tests.Reports;

public sealed class FailureReportTests
{
    private static readonly World world = WorldDraw.Draw(3, TimeSpan.FromSeconds(5)) with { Voters = 3, Clients = 2, Workloads = ["registers", "counting"], Faults = ["kill", "partition"] };

    [Fact]
    public void A_run_that_is_written_down_is_the_same_run() =>
        Assert.Equal(SimulationRun.Run(world).Fingerprint, SimulationRun.Run(world, new RunRecording()).Fingerprint);

    [Fact]
    public void The_text_says_how_to_repeat_the_run_and_where_everybody_was()
    {
        var found = world with { Clients = 16 };
        var text = FailureReport.Of(found, world).Text;
        Assert.Contains(found.ReproLine, text, StringComparison.Ordinal);
        Assert.Contains(world.ReproLine, text, StringComparison.Ordinal);
        foreach (var expected in new[] { "Nodes at the end", "node 1 ", "node 2 ", "node 3 ", "leads in term 1", "AppendRequest term", "AppendAccepted term" })
            Assert.Contains(expected, text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_holds_the_whole_run_and_needs_nothing_from_elsewhere()
    {
        var page = FailureReport.Of(world, world).Page;
        foreach (var foreign in new[] { "http:", "https:", "src=", "<link", "@import", "url(" })
            Assert.DoesNotContain(foreign, page, StringComparison.OrdinalIgnoreCase);

        using var data = DataOf(page);
        var root = data.RootElement;
        Assert.Equal(world.ReproLine, root.GetProperty("repro").GetString());
        Assert.Equal(3, root.GetProperty("nodes").GetArrayLength());
        foreach (var filled in new[] { "spells", "events", "told", "messages", "requests", "states" })
            Assert.True(root.GetProperty(filled).GetArrayLength() > 0, filled);
        var clients = root.GetProperty("requests").EnumerateArray().Select(request => request[0].GetString()).Distinct().ToArray();
        Assert.Contains("registers, client 1", clients);
        Assert.Contains("counting, client 2", clients);
        Assert.Contains(root.GetProperty("spells").EnumerateArray(), spell => spell[2].GetString() == "Leader" && spell[3].GetInt64() >= 1);
        Assert.Contains(root.GetProperty("spells").EnumerateArray(), spell => spell[2].GetString() == "down");
    }

    [Fact]
    public void The_operation_that_fits_nowhere_is_on_the_page_and_what_a_client_wrote_cannot_leave_its_place()
    {
        var recording = new RunRecording { Misfit = new OperationPlace("registers, client 7", TimeSpan.FromMilliseconds(1234.5678)) };
        recording.Add(new RecordedRequest("registers, client 7", "1", "put </script><script>alert(1)", TimeSpan.FromMilliseconds(1234.5678)));
        var page = HistoryPage.Of(SimulationRun.Run(world), recording);
        Assert.DoesNotContain("alert(1)</script>", page, StringComparison.Ordinal);
        Assert.Equal(2, page.Split("</script>").Length);
        using var data = DataOf(page);
        var (misfit, request) = (data.RootElement.GetProperty("misfit")[0], data.RootElement.GetProperty("requests")[0]);
        Assert.Equal(request[0].GetString(), misfit[0].GetString());
        Assert.Equal(request[2].GetDouble(), misfit[1].GetDouble());
    }

    private static JsonDocument DataOf(string page)
    {
        const string Before = "const run = ";
        var begin = page.IndexOf(Before, StringComparison.Ordinal) + Before.Length;
        return JsonDocument.Parse(page[begin..page.IndexOf(";\n", begin, StringComparison.Ordinal)]);
    }
}
