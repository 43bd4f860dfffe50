using Lutra.Keyspace.Commands;
using Lutra.Keyspace.Tests.Model;
using Lutra.Raft;
using static Lutra.Keyspace.Tests.Text;

namespace Lutra.Keyspace.Tests;

/// <summary>Every part of the state, from the tables alone: the log is gone (pitfall S03).</summary>
public sealed class StateInTablesTests : IDisposable
{
    private static readonly Configuration members = new(
        [new Member(new MemberId(3), new NodeId(4), "three", "peer:1", "client:2", MemberRole.Voter)], []);

    private readonly KeyspaceBed before = new(KeyspaceBed.Small);
    private readonly KeyspaceBed carriedOver = new(KeyspaceBed.Small, seed: 2);
    private readonly UInt128 hashBefore;

    public StateInTablesTests()
    {
        before.Append(members.Encode(), EntryKind.Configuration);
        before.Do(new SetFeatureLevelCommand(1));
        for (var i = 0; i < 60; i++)
        {
            before.TimeMillis += 10;
            before.Put($"k{i % 7}", $"{i}");
            if (i % 20 == 19)
                before.Flush();
        }

        before.Delete("k0");
        before.Compact(30);
        before.Do(new OpenSessionCommand(5, 10_000));
        before.Do(new OpenSessionCommand(6, 10_000));
        before.Do(new CloseSessionCommand(6));
        before.Do(new WriteCommand(Put("by session")), session: 5, sequence: 1);
        before.Do(new WriteCommand(Put("by key")), key: "once");
        hashBefore = before.Hash();
        before.Flush();
        carriedOver.Install(before);
        before.ReopenTables();
    }

    private void Both(Action<KeyspaceBed> check)
    {
        check(before);
        check(carriedOver);
    }

    [Fact]
    public void S03_the_state_hash() => Both(bed => Assert.Equal(hashBefore, bed.Hash()));

    [Fact]
    public void S03_the_position_with_its_term() =>
        Both(bed => Assert.Equal(new LogPosition(new LogIndex((ulong)before.Log.Count), new Term(1)), bed.Store.Applied));

    [Fact]
    public void S03_the_configuration() => Both(bed =>
    {
        Assert.Equal(members.Encode(), bed.Store.Configuration.Encode());
        using var view = bed.Store.Pin();
        Assert.Equal(members.Encode(), view.ConfigurationAt(view.Applied.Index).Encode());
    });

    [Fact]
    public void S03_revision_floor_feature_level_and_time() => Both(bed =>
    {
        Assert.Equal(64, bed.Store.Revision.Value);
        Assert.Equal(30, bed.Store.CompactRevision.Value);
        Assert.Equal(1u, bed.Store.FeatureLevel);
        Assert.Equal(1_000_600, bed.Store.LogTimeMillis);
        Assert.Equal(LutraError.Compacted, Assert.Throws<LutraException>(() => bed.All(revision: 29)).Error);
    });

    [Fact]
    public void S03_keys_and_their_old_versions() => Both(bed =>
    {
        Assert.Equal("k0=56 2/58/9", bed.Get("k0", revision: 61));
        Assert.Equal("none", bed.Get("k0"));
        Assert.Equal("k1=57 3/59/9", bed.Get("k1"));
        Assert.Equal("k1=22 3/24/4", bed.Get("k1", revision: 30));
    });

    [Fact]
    public void S03_sessions_open_and_ended_and_their_answers() => Both(bed =>
    {
        Assert.Equal("@63 put [none]", AnswerText.Of(bed.Do(new WriteCommand(Put("by session")), session: 5, sequence: 1)));
        Assert.Equal(LutraError.SessionExpired, KeyspaceBed.Refused(bed.Do(new OpenSessionCommand(6, 10_000))).Error);
        using var view = bed.Store.Pin();
        Assert.Equal(5ul, Assert.Single(view.ExpiredSessions(2_000_000, 10)).Session);
    });

    [Fact]
    public void S03_idempotency_keys_and_their_answers() => Both(bed =>
    {
        Assert.Equal("@64 put [none]", AnswerText.Of(bed.Do(new WriteCommand(Put("by key")), key: "once")));
        Assert.Equal(LutraError.IdempotencyKeyReused, KeyspaceBed.Refused(bed.Do(new WriteCommand(Put("other")), key: "once")).Error);
    });

    [Fact]
    public void S03_and_both_go_on_alike()
    {
        Both(bed =>
        {
            bed.TimeMillis = 1_010_000;
            bed.Put("k1", "more");
            bed.Delete("by key");
            bed.Flush();
        });
        Assert.Equal(before.Hash(), carriedOver.Hash());
        Assert.Equal("k1=more 3/65/10", carriedOver.Get("k1"));
    }

    [Fact]
    public void A_layout_of_a_later_build_is_refused()
    {
        var bytes = new ByteWriter();
        StateRecord.Initial.Write(bytes);
        var later = bytes.Written.ToArray();
        later[0] = 2;
        Assert.Contains("layout 2", Assert.Throws<FormatException>(() => StateRecord.Read(later)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void F01_a_number_that_is_too_large_for_its_place_is_a_fault_of_the_bytes()
    {
        var bytes = new ByteWriter();
        bytes.Byte(1);
        bytes.Varint((ulong)uint.MaxValue + 1);
        Assert.Throws<FormatException>(() => KeyVersion.Read(7, bytes.Written.ToArray()));

        bytes.Clear();
        bytes.Byte(1);
        for (var field = 0; field < 8; field++)
            bytes.Varint((ulong)uint.MaxValue + 1);
        Assert.Throws<FormatException>(() => StateRecord.Read(bytes.Written.ToArray()));
    }

    [Fact]
    public void F01_the_results_of_a_transaction_are_no_more_than_it_may_have()
    {
        var bytes = new ByteWriter();
        bytes.Byte(5);
        bytes.Varint(7L);
        bytes.Byte(1);
        bytes.Varint(129L);
        bytes.Raw(new byte[1000]);
        Assert.Contains("129 results", Assert.Throws<FormatException>(() => OutcomeCodec.Read(bytes.Written.ToArray())).Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        before.Dispose();
        carriedOver.Dispose();
    }
}
