using Lutra.Keyspace.Commands;
using static Lutra.Keyspace.Tests.Text;

namespace Lutra.Keyspace.Tests;

public sealed class StateHashTests : IDisposable
{
    private readonly KeyspaceBed bed = new(KeyspaceBed.MergesAlways);

    [Fact]
    public void Everything_that_is_kept_changes_it()
    {
        HashSet<UInt128> seen = [bed.Hash()];
        Command[] commands =
        [
            new WriteCommand(Put("a", "1")), new WriteCommand(Put("a", "1")), new WriteCommand(Put("b", "1")), new WriteCommand(Delete("b")),
            new WriteCommand(new TransactionOperation([], [Put("x"), Put("y")], [])), new CompactCommand(new Revision(2)), new SetFeatureLevelCommand(1),
            new OpenSessionCommand(5, 5_000), new OpenSessionCommand(5, 6_000), new CloseSessionCommand(5),
        ];
        foreach (var command in commands)
        {
            bed.Do(command);
            Assert.True(seen.Add(bed.Hash()), $"{command} left no trace.");
        }

        bed.Do(new OpenSessionCommand(6, 5_000));
        bed.Do(new WriteCommand(Delete("none")), session: 6, sequence: 1);
        Assert.True(seen.Add(bed.Hash()));
        bed.Do(new WriteCommand(Delete("none")), key: "k");
        Assert.True(seen.Add(bed.Hash()));
        bed.TimeMillis++;
        bed.Do(new WriteCommand(Delete("none")));
        Assert.True(seen.Add(bed.Hash()));
    }

    [Fact]
    public void Order_within_a_revision_counts()
    {
        using var other = new KeyspaceBed();
        bed.Result<TransactionResult>(new TransactionOperation([], [Put("x"), Put("y")], []));
        other.Result<TransactionResult>(new TransactionOperation([], [Put("y"), Put("x")], []));
        Assert.NotEqual(bed.Hash(), other.Hash());
    }

    [Fact]
    public void Publishing_flushing_and_merging_do_not_change_it()
    {
        using var other = new KeyspaceBed(KeyspaceBed.Small, seed: 2);
        for (var i = 0; i < 100; i++)
        {
            bed.Put($"k{i % 9}", new string('v', i));
            if (i % 10 == 9)
                bed.Compact(i - 5);
            if (i % 7 == 0)
                bed.Merge();
        }

        bed.Delete("k3");
        bed.Merge();
        other.Follow(bed, () => false);
        Assert.Equal(bed.Hash(), other.Hash());
        other.Flush();
        Assert.Equal(bed.Hash(), other.Hash());
        Assert.True(other.TableEntries().Count > bed.TableEntries().Count, "The merges left nothing out.");
    }

    public void Dispose() => bed.Dispose();
}
