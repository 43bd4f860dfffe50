using Lutra.Keyspace.Alarms;
using Lutra.Keyspace.Commands;
using Lutra.Keyspace.Tests.Auth;
using Lutra.Keyspace.Tests.Snapshots;
using Lutra.Keyspace.Tests.Snapshots.Etcd;
using static Lutra.Keyspace.Tests.Text;

namespace Lutra.Keyspace.Tests.Alarms;

/// <summary>What is raised by hand is refused, everywhere and for good, until it is taken back.</summary>
public sealed class AlarmTests
{
    private static readonly Alarm Full = new(300, AlarmKind.NoSpace);
    private static readonly Alarm Corrupt = new(ulong.MaxValue, AlarmKind.Corrupt);

    [Fact]
    public void A_full_cluster_takes_nothing_that_needs_room_and_gives_up_the_rest()
    {
        using var bed = Furnished();
        Assert.True(Change(bed, Full));
        Assert.Equal(
            [LutraError.NoSpace, null, LutraError.NoSpace, LutraError.NoSpace, LutraError.NoSpace, null, null, null, LutraError.NoSpace, null, null, null],
            Ask(bed));
        Assert.True(Change(bed, Full, raises: false));
        Assert.All(Ask(bed).Take(4), Assert.Null);
    }

    [Fact]
    public void A_corrupt_cluster_changes_nothing_and_is_still_read()
    {
        using var bed = Furnished();
        Change(bed, Full);
        Assert.True(Change(bed, Corrupt));
        const LutraError no = LutraError.Corrupt;
        Assert.Equal([no, no, no, no, no, null, no, null, no, no, no, null], Ask(bed));
        Assert.Equal("a=x 2/2/1", bed.Get("a"));
        Assert.Equal(2, bed.Store.Revision.Value);

        // One goes, the other stays in force.
        Assert.True(Change(bed, Corrupt, raises: false));
        Assert.Equal((LutraError.NoSpace, null), (Ask(bed)[0], Ask(bed)[1]));
    }

    [Fact]
    public void What_is_so_already_stays_so_and_what_is_not_there_is_not_taken_back()
    {
        using var bed = Furnished();
        Assert.True(Change(bed, Full));
        Assert.True(Change(bed, Full));
        Assert.False(Change(bed, Full with { Member = 1 }, raises: false));
        Assert.False(Change(bed, Corrupt with { Member = 300 }, raises: false));
        Assert.Equal([Full], bed.Store.Alarms.All);
        Assert.True(Change(bed, Full, raises: false));
        Assert.False(Change(bed, Full, raises: false));
        Assert.Empty(bed.Store.Alarms.All);
    }

    [Fact]
    public void There_are_no_more_alarms_than_are_kept()
    {
        using var bed = Furnished();
        for (var member = 0; member < KeyspaceLimits.AlarmsMax; member++)
            Assert.True(Change(bed, new Alarm((ulong)member, AlarmKind.NoSpace)));
        Assert.Equal(LutraError.Overloaded, KeyspaceBed.Refused(bed.Do(new AlarmCommand(Corrupt, Raises: true))).Error);
        Assert.True(Change(bed, new Alarm(5, AlarmKind.NoSpace)));
        Assert.Equal(KeyspaceLimits.AlarmsMax, bed.Store.Alarms.All.Length);
        Assert.Equal(LutraError.InvalidArgument, KeyspaceBed.Refused(bed.Do(new SetFeatureLevelCommand(0))).Error);
    }

    [Fact]
    public void Alarms_survive_a_restart_merges_and_a_state_from_elsewhere()
    {
        using var bed = new KeyspaceBed(KeyspaceBed.MergesAlways);
        Change(bed, Corrupt);
        Change(bed, Full);
        Change(bed, Full with { Member = 7 });
        Change(bed, Full, raises: false);
        bed.Restart();
        Assert.Equal([Full with { Member = 7 }, Corrupt], bed.Store.Alarms.All);
        bed.Merge();
        bed.Restart();
        Assert.Equal([Full with { Member = 7 }, Corrupt], bed.Store.Alarms.All);
        Assert.Equal(LutraError.Corrupt, Ask(bed)[0]);
        using var other = new KeyspaceBed(KeyspaceBed.Small);
        other.Install(bed);
        Assert.Equal(bed.Store.Alarms.All, other.Store.Alarms.All);
    }

    [Fact]
    public void Alarms_go_along_in_our_snapshots_and_in_etcds()
    {
        using var bed = SnapshotBed.Furnished();
        Alarm[] raised = [Full with { Member = 0 }, Full, Full with { Member = 1 << 20 }, Corrupt];
        foreach (var alarm in raised)
            Change(bed, alarm);
        foreach (var restored in new[] { SnapshotBed.Restore(SnapshotBed.Save(bed)), EtcdBed.Restore(EtcdBed.Save(bed)) })
        {
            using (restored)
                Assert.Equal(bed.Store.Alarms.All, restored.Store.Alarms.All);
        }

        using var etcd = EtcdBed.Restore(EtcdBed.Save(bed));
        Assert.Equal(KeyspaceLimits.AlarmFeatureLevel, etcd.Store.FeatureLevel);
    }

    [Fact]
    public void Only_root_raises_alarms()
    {
        using var bed = Furnished();
        bed.AddRole("all", new Permission(PermissionKind.ReadWrite, Permission.Everything));
        bed.AddUser("anna", "all");
        bed.Enable();
        Assert.Equal(LutraError.Denied, bed.DoAs(bed.As("anna"), new AlarmCommand(Full, Raises: true)).Refusal?.Error);
        Assert.Equal(LutraError.UserRequired, bed.Do(new AlarmCommand(Full, Raises: true)).Refusal?.Error);
        Assert.Null(bed.DoAs(bed.As("root"), new AlarmCommand(Full, Raises: true)).Refusal);

        // Who may not is told that, and no more.
        Assert.Equal(LutraError.UserRequired, bed.Do(new WriteCommand(Put("a"))).Refusal?.Error);
    }

    [Fact]
    public void A_lease_that_its_leader_found_over_is_said_to_be_kept()
    {
        using var bed = Furnished();
        Change(bed, Corrupt);
        bed.Store.TakeLeaseChanges();
        Assert.Equal(LutraError.Corrupt, KeyspaceBed.Refused(bed.Do(new RevokeLeaseCommand(7, Term: 1))).Error);
        KeyspaceBed.Refused(bed.Do(new RevokeLeaseCommand(7, Term: 9)));
        KeyspaceBed.Refused(bed.Do(new RevokeLeaseCommand(7)));
        Assert.Equal([new LeaseChange(7, null, EndRefusedIn: 1)], bed.Store.TakeLeaseChanges());
    }

    private static KeyspaceBed Furnished()
    {
        var bed = new KeyspaceBed();
        bed.Put("a", "x");
        bed.Do(new GrantLeaseCommand(7, 60));
        return bed;
    }

    private static bool Change(KeyspaceBed bed, Alarm alarm, bool raises = true)
    {
        var applied = bed.Do(new AlarmCommand(alarm, raises));
        Assert.Null(applied.Refusal);
        return Assert.IsType<AlarmResult>(applied.Result).IsThere;
    }

    // Of everything that can be asked for, why not; in an order in which each could be done.
    private static List<LutraError?> Ask(KeyspaceBed bed)
    {
        TransactionOperation If(Operation then, Operation? otherwise = null) => new([], [then], otherwise is null ? [] : [otherwise]);
        Command[] asked =
        [
            new WriteCommand(Put("p")), new WriteCommand(Delete("p")), new WriteCommand(If(Get("p"), Put("p"))), new WriteCommand(If(If(Put("p")))),
            new GrantLeaseCommand(bed.Log.Count, 60), new OpenSessionCommand(5, 60_000), new WriteCommand(If(Delete("p"))), new WriteCommand(If(Get("p"))),
            new WriteCommand(If(Put("p"), Delete("p"))), new WriteCommand(If(If(Get("p")))), new CompactCommand(bed.Store.Revision), new SetFeatureLevelCommand(3),
        ];
        return [.. asked.Select(command => bed.Do(command).Refusal?.Error)];
    }
}
