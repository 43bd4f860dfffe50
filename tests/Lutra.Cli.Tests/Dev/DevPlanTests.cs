using Lutra.Cli.Dev;

namespace Lutra.Cli.Tests.Dev;

public sealed class DevPlanTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lutra-dev-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_folder_keeps_its_places_and_no_number_is_used_twice()
    {
        var plan = DevPlan.Open(folder, null);
        Assert.Equal([1, 2, 3], plan.Seats.Select(seat => seat.Number));
        plan.Add();
        plan.Remove(4);
        plan.Add();
        plan.Remove(2);
        var again = DevPlan.Open(folder, 3);
        Assert.Equal(plan.Seats, again.Seats);
        Assert.Equal([(1, true), (3, true), (5, false)], again.Seats.Select(seat => (seat.Number, seat.IsFounder)));
        Assert.Equal(3, again.FoundersList.Split(',').Length);
        Assert.Equal(6, again.Add().Number);
        Assert.Equal(8, again.Seats.SelectMany(seat => new[] { seat.ClientPort, seat.PeerPort }).Distinct().Count());
    }

    [Fact]
    public void Another_number_of_nodes_than_the_folder_holds_is_refused()
    {
        DevPlan.Open(folder, 2);
        Assert.Contains("holds a cluster of 2 nodes, not 3", Assert.Throws<IOException>(() => DevPlan.Open(folder, 3)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void There_are_at_most_nine_nodes()
    {
        var plan = DevPlan.Open(folder, 9);
        Assert.Contains("Remove one first", Assert.Throws<IOException>(plan.Add).Message, StringComparison.Ordinal);
        plan.Remove(3);
        Assert.Equal(10, plan.Add().Number);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1 2379 2380")]
    [InlineData("2 2379 2380 founder")]
    [InlineData("1 0 2380 founder")]
    [InlineData("1 2379 99999 founder")]
    [InlineData("1 2379 2380 king")]
    [InlineData("1 2379 2380 founder moved")]
    public void A_damaged_plan_is_refused_with_the_line(string line)
    {
        File.WriteAllLines(Path.Combine(folder, "nodes"), [line]);
        Assert.Contains($"is damaged at \"{line}\"", Assert.Throws<IOException>(() => DevPlan.Open(folder, null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_an_older_version_is_refused()
    {
        File.WriteAllText(Path.Combine(folder, "ports"), "2379\n");
        Assert.Contains("older version", Assert.Throws<IOException>(() => DevPlan.Open(folder, null)).Message, StringComparison.Ordinal);
    }
}
