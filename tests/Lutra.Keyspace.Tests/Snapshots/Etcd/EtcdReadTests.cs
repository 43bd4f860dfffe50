using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using Lutra.Keyspace.Auth;
using Lutra.Keyspace.Commands;
using Lutra.Keyspace.Snapshots.Etcd;
using Lutra.Keyspace.Tests.Auth;
using Lutra.Keyspace.Tests.Model;
using Lutra.Storage.Files;

namespace Lutra.Keyspace.Tests.Snapshots.Etcd;

public sealed class EtcdReadTests
{
    [Fact]
    public void A_store_is_the_same_after_its_way_through_a_file_of_etcds() => Prop.ForAll<int>(seed =>
    {
        using var bed = Drawn(seed, 200);
        using var restored = EtcdBed.Restore(EtcdBed.Save(bed));
        AssertSame(bed, restored);
        Assert.Equal(bed.Store.CompactRevision, restored.Store.CompactRevision);
        for (var revision = Math.Max(1, bed.Store.CompactRevision.Value); revision <= bed.Store.Revision.Value; revision++)
        {
            Assert.Equal(bed.All(revision), restored.All(revision));
            Assert.Equal(HashAt(bed, revision), HashAt(restored, revision));
        }

        // And as it is flushed, merged and opened anew.
        restored.Flush();
        restored.ReopenTables();
        AssertSame(bed, restored);

        // It goes on from there.
        bed.Put("next");
        restored.Put("next");
        AssertSame(bed, restored);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void S10_after_a_jump_no_revision_of_the_old_store_can_be_read_or_comes_again() => Prop.ForAll<int>(seed =>
    {
        using var bed = Drawn(seed, 100);
        using var restored = EtcdBed.Restore(EtcdBed.Save(bed), jump: 1000);
        Assert.Equal(bed.All(), restored.All());
        Assert.Equal(bed.Store.Revision.Value + 1000, restored.Store.Revision.Value);
        Assert.Equal(restored.Store.Revision, restored.Store.CompactRevision);
        Assert.Throws<LutraException>(() => restored.All(bed.Store.Revision.Value));
        Assert.Equal(restored.Store.Revision.Value + 1, restored.Put("next").Revision.Value);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Users_and_roles_come_with_their_hashes_and_rights()
    {
        using var bed = new KeyspaceBed(KeyspaceBed.Small);
        bed.Put("a");
        bed.Do(new SetFeatureLevelCommand(KeyspaceLimits.AuthFeatureLevel));
        bed.AddRole("all", new Permission(PermissionKind.ReadWrite, Permission.Everything));
        bed.AddRole("some", AuthBed.Read("a"), AuthBed.Write("a", "b"), AuthBed.Both("k", ""));
        bed.AddRole("none");
        bed.AddUser("anna", "some", "none");
        bed.Change(new AddUserCommand("by certificate", "", NoPassword: true), new GrantRoleCommand("by certificate", "all"));
        bed.AddUser("nobody");
        bed.Enable();

        using var restored = EtcdBed.Restore(EtcdBed.Save(bed));
        var (before, after) = (bed.Store.Auth, restored.Store.Auth);
        Assert.Equal((before.IsEnabled, before.Revision, 4), (after.IsEnabled, after.Revision, after.Users.Count));
        Assert.Equal(
            before.Users.Values.Select(user => $"{user.Name} {user.PasswordHash} {user.NoPassword} {string.Join(',', user.Roles)}"),
            after.Users.Values.Select(user => $"{user.Name} {user.PasswordHash} {user.NoPassword} {string.Join(',', user.Roles)}"));
        Assert.Equal(before.Roles.Keys, after.Roles.Keys);
        Assert.All(before.Roles.Values, role => Assert.Equal(role.Permissions.AsEnumerable(), after.Roles[role.Name].Permissions));
        Assert.Equal(KeyspaceLimits.AuthFeatureLevel, restored.Store.FeatureLevel);
    }

    [Fact]
    public void Keys_are_counted_though_a_file_holds_versions() => Prop.ForAll<int>(seed =>
    {
        using var bed = Drawn(seed, 60);
        var saved = EtcdBed.Save(bed);
        using var file = EtcdBed.OnDisk(saved);
        var contents = EtcdBed.Check(saved);
        Assert.Equal((bed.Store.Counts.Keys, bed.Store.Counts.Leases, bed.Store.Revision), (EtcdKeyCount.Of(file, contents, _ => { }), contents.Leases, contents.Revision));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_damaged_byte_is_found()
    {
        using var bed = SnapshotBed.Furnished();
        var saved = EtcdBed.Save(bed);
        for (var at = 0; at < saved.Length; at += at < 8192 + 1024 ? 1 : 7)
        {
            saved[at] ^= (byte)(1 << (at % 8));
            Assert.Throws<DamagedFileException>(() => EtcdBed.Check(saved));
            saved[at] ^= (byte)(1 << (at % 8));
        }
        EtcdBed.Check(saved);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(79)]
    [InlineData(4096)]
    [InlineData(12_287)]
    public void What_is_cut_off_is_said_to_be(int length)
    {
        using var bed = SnapshotBed.Furnished();
        var saved = EtcdBed.Save(bed);
        Assert.Throws<DamagedFileException>(() => EtcdBed.Check(saved.AsSpan(0, length)));
        Assert.Throws<DamagedFileException>(() => EtcdBed.Check(saved.AsSpan(0, length), skipHashCheck: true));
    }

    [Fact]
    public void A_database_without_its_hash_is_taken_only_where_that_was_said()
    {
        using var bed = SnapshotBed.Furnished();
        byte[] database = [.. EtcdBed.Save(bed).AsSpan(..^32), .. new byte[8192]];
        var refusal = Assert.Throws<LutraException>(() => EtcdBed.Check(database));
        Assert.Contains("--skip-hash-check", refusal.Message, StringComparison.Ordinal);
        using var restored = EtcdBed.Restore(database, skipHashCheck: true);
        AssertSame(bed, restored);
    }

    [Fact]
    public void A_file_that_changes_while_it_is_read_is_not_restored()
    {
        using var bed = SnapshotBed.Furnished();
        var saved = EtcdBed.Save(bed);
        var contents = EtcdBed.Check(saved);
        bed.Put("later");
        using var other = EtcdBed.OnDisk(EtcdBed.Save(bed));
        Assert.Contains("changed", Assert.Throws<LutraException>(() => EtcdBed.Replay(contents, other, 0)).Message, StringComparison.Ordinal);
    }

    /// <summary>Hashes hide nothing here: what is well-formed pages and no history of keys is refused too, by exceptions that are declared.</summary>
    [Fact]
    public void Whatever_a_record_holds_it_is_restored_or_refused() => Prop.ForAll<int>(seed =>
    {
        using var bed = Drawn(seed, 30);
        var saved = EtcdBed.Save(bed);
        var random = new System.Random(seed);
        for (var damages = random.Next(1, 4); damages > 0; damages--)
            saved[8192 + random.Next(saved.Length - 8192 - 32)] = (byte)random.Next(256);
        SHA256.HashData(saved.AsSpan(..^32), saved.AsSpan(^32..));
        try
        {
            using var restored = EtcdBed.Restore(saved);
            restored.All();
            restored.Hash();
        }
        catch (Exception refused) when (refused is DiskException or LutraException)
        {
            // Declared.
        }
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_role_or_user_of_millions_of_empty_parts_takes_no_more_memory_than_its_bytes(bool isRole)
    {
        byte[] part = isRole ? [0x12, 0] : [0x1a, 0];
        byte[] value = [.. "\n\u0001r"u8, .. Enumerable.Repeat(part, 1_000_000).SelectMany(each => each)];
        var before = GC.GetAllocatedBytesForCurrentThread();
        var refused = Assert.Throws<FormatException>(() => isRole ? (object)EtcdRole.Read("r"u8, value) : EtcdUser.Read("r"u8, value));
        Assert.Contains("has more than 1000", refused.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (4L * value.Length) + (1 << 20));
    }

    private static KeyspaceBed Drawn(int seed, int commands)
    {
        var bed = new KeyspaceBed(KeyspaceBed.Small, (ulong)(uint)seed);
        var draw = new CommandDraw(new System.Random(seed));
        for (var number = 0; number < commands; number++)
        {
            var (session, sequence, key) = draw.Envelope();
            bed.Do(draw.Command(), session, sequence, key);
        }
        return bed;
    }

    private static void AssertSame(KeyspaceBed expected, KeyspaceBed actual)
    {
        Assert.Equal(expected.All(), actual.All());
        Assert.Equal(expected.Store.Revision, actual.Store.Revision);
        Assert.Equal((expected.Store.Counts.Keys, expected.Store.Counts.Leases), (actual.Store.Counts.Keys, actual.Store.Counts.Leases));
        Assert.Equal(HashAt(expected, 0), HashAt(actual, 0));
        Assert.Equal(LeasesOf(expected), LeasesOf(actual));
    }

    private static uint HashAt(KeyspaceBed bed, long revision)
    {
        using var view = bed.Store.Pin();
        return view.HashOfRevisions(new Revision(revision));
    }

    private static string LeasesOf(KeyspaceBed bed)
    {
        using var view = bed.Store.Pin();
        return string.Join("; ", view.Leases(0, 1000).Select(lease => $"{lease} {string.Join(',', view.KeysOfLease(lease.Lease).Select(Convert.ToHexString))}"));
    }
}
