using FsCheck;
using FsCheck.Fluent;

namespace Lutra.Raft.Tests.Arithmetic;

public sealed class InflightWindowTests
{
    [Theory]
    [InlineData(2, 10, false)]
    [InlineData(3, 10, true)] // the limit in appends
    [InlineData(1, 99, false)]
    [InlineData(1, 100, true)] // the limit in bytes
    [InlineData(1, 5000, true)] // one that is larger alone is let through, and fills it
    public void It_is_full_at_its_limits(int appends, int bytesEach, bool expected)
    {
        var window = new InflightWindow(appendsMax: 3, bytesMax: 100);
        for (var i = 1; i <= appends; i++)
            window.Add(new LogIndex((ulong)i), bytesEach);
        Assert.Equal(expected, window.IsFull);
    }

    [Fact]
    public void It_counts_what_lies_beyond_the_matched_index() =>
        Prop.ForAll<(bool Frees, byte Amount)[]>(steps =>
        {
            var window = new InflightWindow(10, 1000);
            List<(ulong Last, int Bytes)> plain = [];
            var last = 0UL;
            foreach (var (frees, amount) in steps)
            {
                if (frees)
                {
                    plain.RemoveAll(one => one.Last <= amount);
                    window.FreeUpTo(new LogIndex(amount));
                }
                else
                {
                    last += 1 + ((ulong)amount % 5);
                    plain.Add((last, amount));
                    window.Add(new LogIndex(last), amount);
                }

                Assert.Equal((plain.Count, (long)plain.Sum(one => one.Bytes)), (window.Count, window.Bytes));
                Assert.Equal(plain.Count >= 10 || plain.Sum(one => one.Bytes) >= 1000, window.IsFull);
            }
        }).QuickCheckThrowOnFailure();
}
