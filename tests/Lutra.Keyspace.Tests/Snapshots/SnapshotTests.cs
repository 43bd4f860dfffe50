using Lutra.Keyspace.Commands;
using Lutra.Raft;

namespace Lutra.Keyspace.Tests.Snapshots;

public sealed class SnapshotTests
{
    [Fact]
    public void S03_a_restored_store_has_the_keys_leases_sessions_and_answers_of_the_snapshot()
    {
        using var bed = SnapshotBed.Furnished();
        var position = bed.Store.Applied;
        var before = bed.All();
        using var restored = SnapshotBed.Restore(SnapshotBed.Save(bed));

        Assert.Equal(before, restored.All());
        Assert.Contains("b=leased", before, StringComparison.Ordinal);
        Assert.Equal(position, restored.Store.Applied);
        Assert.Equal(bed.Store.LogTimeMillis, restored.Store.LogTimeMillis);
        Assert.Equal(1u, restored.Store.FeatureLevel);
        using (var view = restored.Store.Pin())
        {
            Assert.Equal([7, -9], view.Leases(0, 10).Select(lease => lease.Lease));
            Assert.Equal(["b"], view.KeysOfLease(7).Select(key => Text.From(key)));
        }

        // The log goes on behind the position: repeats of what was answered before get the same answer, and do nothing.
        restored.Log.AddRange(bed.Log);
        restored.TimeMillis = bed.TimeMillis;
        restored.Store.Begin(SnapshotBed.Members());
        var revision = restored.Store.Revision;
        restored.Do(new WriteCommand(Text.Put("s", "once")), session: 5, sequence: 1);
        restored.Do(new WriteCommand(Text.Put("i", "once")), key: "idem");
        Assert.Equal(revision, restored.Store.Revision);
        Assert.Equal(LutraError.SessionExpired, restored.Do(new WriteCommand(Text.Put("s", "late")), session: 6, sequence: 1).Refusal?.Error);
        restored.Do(new RevokeLeaseCommand(7));
        Assert.Equal("none", restored.Get("b"));
    }

    [Fact]
    public void S10_a_restored_store_begins_at_a_revision_that_nobody_saw_and_calls_all_before_it_compacted()
    {
        using var bed = SnapshotBed.Furnished();
        var saved = SnapshotBed.Save(bed);
        var taken = bed.Store.Revision.Value;
        for (var write = 0; write < 50; write++)
            bed.Put("later", $"{write}");
        using var restored = SnapshotBed.Restore(saved, jump: 1000);

        Assert.Equal(taken + 1000, restored.Store.Revision.Value);
        Assert.Equal(taken + 1000, restored.Store.CompactRevision.Value);
        using var view = restored.Store.Pin();
        // Who watched the old cluster beyond the snapshot, or read there, hears of it.
        Assert.Equal(LutraError.Compacted, Assert.Throws<LutraException>(() => view.ChangesFrom(new Revision(taken + 20))).Error);
        Assert.Equal(LutraError.Compacted, Assert.Throws<LutraException>(() => view.Range(Text.Get("a", taken))).Error);
        Assert.Equal("a=new 2/3/2", Text.Of(view.Range(Text.Get("a", taken + 1000)).KeyValues));
        using var changes = view.ChangesFrom(new Revision(taken + 1000));
    }

    [Fact]
    public void A_restored_store_has_no_members_until_its_cluster_begins_and_keeps_those_over_a_restart()
    {
        using var bed = SnapshotBed.Furnished();
        using var restored = SnapshotBed.Restore(SnapshotBed.Save(bed));
        Assert.False(restored.Store.HasBegun);
        Assert.Empty(restored.Store.Configuration.Members);

        restored.Store.Begin(SnapshotBed.Members());
        Assert.True(restored.Store.HasBegun);
        restored.Flush();
        restored.ReopenTables();
        Assert.True(restored.Store.HasBegun);
        Assert.Equal(SnapshotBed.Members().Members, restored.Store.Configuration.Members);
    }

    [Fact]
    public void A_snapshot_is_of_the_state_that_was_pinned_whatever_is_written_while_it_is_made()
    {
        using var bed = SnapshotBed.Furnished();
        var before = bed.All();
        using var view = bed.Store.Pin();
        using var source = new Lutra.Keyspace.Snapshots.SnapshotSource(view, SnapshotBed.Cluster, 0);
        using var writer = new Lutra.Keyspace.Snapshots.SnapshotWriter(source);
        List<byte> bytes = [];
        while (writer.Next())
        {
            bytes.AddRange(writer.Chunk.Span);
            for (var write = 0; write < 20; write++)
                bed.Put($"a{write}", new string('x', 100));
            bed.Flush();
        }
        using var restored = SnapshotBed.Restore([.. bytes]);
        Assert.Equal(before, restored.All());
    }

    [Fact]
    public void A_store_that_holds_nothing_can_be_saved_and_restored_and_does_not_begin_where_an_empty_one_does()
    {
        using var bed = new KeyspaceBed();
        using var restored = SnapshotBed.Restore(SnapshotBed.Save(bed), jump: 5);
        Assert.Equal("", restored.All());
        Assert.Equal(new LogPosition(new LogIndex(1), new Term(1)), restored.Store.Applied);
        Assert.Equal(6, restored.Store.Revision.Value);
    }

    [Fact]
    public void Two_restores_of_one_file_make_the_same_state()
    {
        using var bed = SnapshotBed.Furnished();
        var saved = SnapshotBed.Save(bed);
        using var first = SnapshotBed.Restore(saved);
        using var second = SnapshotBed.Restore(saved);
        Assert.Equal(first.Hash(), second.Hash());
        using var other = SnapshotBed.Restore(saved, jump: 7);
        Assert.NotEqual(first.Hash(), other.Hash());
    }

    [Fact]
    public void A_restored_store_can_be_saved_and_restored_again()
    {
        using var bed = SnapshotBed.Furnished();
        using var once = SnapshotBed.Restore(SnapshotBed.Save(bed));
        using var twice = SnapshotBed.Restore(SnapshotBed.Save(once));
        Assert.Equal(bed.All(), twice.All());
        Assert.Equal(bed.Store.Revision.Value + 2000, twice.Store.Revision.Value);
    }
}
