using FsCheck;
using FsCheck.Fluent;

namespace Lutra.Raft.Tests.Arithmetic;

public sealed class EntryWindowTests
{
    [Fact]
    public void The_ring_behaves_as_a_list_does() =>
        Prop.ForAll<(byte Kind, byte Amount)[]>(steps =>
        {
            var window = new EntryWindow(new LogIndex(1));
            List<Entry> plain = [];
            var first = 1UL;
            var term = 1UL;
            foreach (var (kind, amount) in steps)
            {
                switch (kind % 4)
                {
                    case 0 or 1:
                        for (var i = 0; i <= amount; i++)
                        {
                            var entry = new Entry(new LogIndex(first + (ulong)plain.Count), new Term(term), EntryKind.Command, default);
                            plain.Add(entry);
                            window.Append(entry);
                        }

                        break;
                    case 2:
                        term++;
                        var kept = Math.Min(amount, plain.Count);
                        plain.RemoveRange(kept, plain.Count - kept);
                        window.TruncateFrom(new LogIndex(first + (ulong)kept));
                        break;
                    default:
                        var dropped = Math.Min(amount, plain.Count);
                        plain.RemoveRange(0, dropped);
                        first += (ulong)dropped;
                        window.DropBefore(new LogIndex(first));
                        break;
                }

                Assert.Equal((first, plain.Count), (window.First.Value, window.Count));
                var copy = new Entry[plain.Count];
                window.CopyTo(window.First, copy);
                Assert.Equal(plain, copy);
                if (plain.Count > 0)
                    Assert.Equal(plain[^1], window[plain[^1].Index]);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Nothing_outside_the_window_is_read_or_overwritten()
    {
        var window = new EntryWindow(new LogIndex(5));
        Assert.Throws<InvariantBrokenException>(() => window[new LogIndex(5)]);
        Assert.Throws<InvariantBrokenException>(() => window.TruncateFrom(new LogIndex(4)));
        Assert.Throws<InvariantBrokenException>(() => window.Append(new Entry(new LogIndex(6), new Term(1), EntryKind.Empty, default)));
    }
}
