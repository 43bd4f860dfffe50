using System.Text;
using Lutra.Simulation.Workloads.Watches;

namespace Lutra.Simulation.Tests.Workloads;

/// <summary>A watch of a part that is told something else than was done is seen.</summary>
public sealed class WatchedHistoryTests
{
    private static readonly WatchOperation watch = new(KeyRange.Prefix("a"u8.ToArray()), ReturnPrevious: true);

    private readonly WatchedHistory history = new();
    private readonly WatchEvent first = Put("a1", 2, 1, null);
    private readonly WatchEvent second;
    private readonly WatchEvent last;

    public WatchedHistoryTests()
    {
        second = Put("a1", 3, 2, first.Current);
        last = Put("a2", 5, 1, null);
        history.Add(2, [first]);
        history.Add(3, [second, Put("b", 3, 1, null)]);
        history.Add(4, []);
        history.Add(5, [last]);
        history.Add(6, [Put("b", 6, 2, null)]);
    }

    [Fact]
    public void What_was_done_is_right()
    {
        Assert.Null(Judge(2, 6, first, second, last));
        Assert.Null(Judge(3, 4, second));
        Assert.Null(Judge(4, 4));
    }

    [Fact]
    public void I11_what_is_missing_is_seen()
    {
        Assert.Contains("nothing more", Judge(2, 6, first, second), StringComparison.Ordinal);
        Assert.Contains("there was version 2 of a1", Judge(2, 6, first, last), StringComparison.Ordinal);
    }

    [Fact]
    public void I11_what_nobody_did_is_seen()
    {
        Assert.Contains("nobody made", Judge(2, 6, first, second, Put("a9", 4, 1, null), last), StringComparison.Ordinal);
        Assert.Contains("nobody made", Judge(2, 6, first, second, last, last), StringComparison.Ordinal);
        Assert.Contains("told version 3 of a1", Judge(2, 6, first, Put("a1", 3, 3, first.Current), last), StringComparison.Ordinal);
    }

    [Fact]
    public void I11_a_wrong_value_before_is_seen_and_none_only_above_the_floor()
    {
        Assert.Contains("there was nothing", Judge(3, 3, second with { Previous = null }), StringComparison.Ordinal);
        Assert.Contains("revision 2 made", Judge(3, 3, second with { Previous = last.Current }), StringComparison.Ordinal);
        Assert.Contains("it was nothing", Judge(5, 5, last with { Previous = first.Current }), StringComparison.Ordinal);
        var compacted = new WatchStretch(watch, "a watch", 3) { Last = 3, FloorWhenTold = 3 };
        compacted.Events.Add(second with { Previous = null });
        Assert.Null(history.Judge([compacted]));
    }

    [Fact]
    public void Of_what_all_others_missed_nothing_is_said()
    {
        history.Add(9, []);
        Assert.Null(Judge(2, 9, first, second, last, Put("a1", 8, 3, second.Current)));
    }

    private string? Judge(long from, long upTo, params WatchEvent[] told)
    {
        var stretch = new WatchStretch(watch, "a watch", from) { Last = upTo };
        stretch.Events.AddRange(told);
        return history.Judge([stretch]);
    }

    private static WatchEvent Put(string key, long revision, long version, KeyValue? previous) => new(
        IsDelete: false, new KeyValue(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes($"{revision}"), new Revision(revision), new Revision(revision), version), previous);
}
