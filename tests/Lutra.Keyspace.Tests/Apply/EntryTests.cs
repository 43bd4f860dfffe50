using Lutra.Keyspace.Commands;
using Lutra.Raft;

namespace Lutra.Keyspace.Tests;

public sealed class EntryTests : IDisposable
{
    private readonly KeyspaceBed bed = new();

    private static Entry At(ulong index, EntryKind kind, byte[] payload, ulong term = 1) => new(new LogIndex(index), new Term(term), kind, payload);

    private static Configuration Members(params ulong[] nodes) => new(
        nodes.Select(node => new Member(new MemberId(node), new NodeId(node), $"{node}", $"peer{node}:1", $"client{node}:2", MemberRole.Voter)), []);

    [Fact]
    public void Empty_entries_and_configurations_are_applied_and_use_no_revision()
    {
        Assert.Empty(bed.Store.Configuration.Members);
        bed.Append(default, EntryKind.Empty);
        Assert.Equal(default, bed.Append(Members(1, 2, 3).Encode(), EntryKind.Configuration));
        Assert.Equal([1ul, 2, 3], bed.Store.Configuration.Members.Select(member => member.Id.Value));
        Assert.Equal(new LogPosition(new LogIndex(2), new Term(1)), bed.Store.Applied);
        Assert.Equal(1, bed.Store.Revision.Value);
    }

    [Fact]
    public void The_configuration_a_cluster_began_with_is_part_of_the_state_before_any_entry()
    {
        bed.Store.Begin(Members(1, 2));
        Assert.Equal(2, bed.Store.Configuration.Members.Length);
        bed.Append(default, EntryKind.Empty);
        bed.Flush();
        bed.ReopenTables();
        Assert.Equal(2, bed.Store.Configuration.Members.Length);
        using var view = bed.Store.Pin();
        Assert.Equal(2, view.ConfigurationAt(LogIndex.Zero).Members.Length);
        Assert.Throws<InvalidOperationException>(() => bed.Store.Begin(Members(3)));
    }

    [Fact]
    public void The_configuration_is_known_as_of_every_position_that_tables_may_be_carried_over_from()
    {
        bed.Append(Members(1).Encode(), EntryKind.Configuration);
        bed.Flush();
        bed.Append(default, EntryKind.Empty);
        bed.Append(Members(1, 2).Encode(), EntryKind.Configuration);
        using var view = bed.Store.Pin();
        using var set = bed.Tables.PinTables();
        Assert.Single(view.ConfigurationAt(set.Applied.Index).Members);
        Assert.Equal(2, view.ConfigurationAt(view.Applied.Index).Members.Length);
        Assert.Equal(2, bed.Store.Configuration.Members.Length);
    }

    [Fact]
    public void C03_an_applied_entry_names_its_proposal_even_where_it_is_refused()
    {
        var payload = bed.Encode(new WriteCommand(Text.Put("", "v")));
        Assert.Equal(CommandCodec.ReadProposal(payload), bed.Append(payload).Proposal);
        var done = bed.Encode(new CompactCommand(new Revision(1)));
        Assert.Equal(CommandCodec.ReadProposal(done), bed.Append(done).Proposal);
    }

    [Fact]
    public void What_the_rules_refuse_is_refused_again_when_it_is_applied()
    {
        Assert.Equal(LutraError.InvalidArgument, bed.Append(bed.Encode(new WriteCommand(Text.Put("", "v")))).Refusal?.Error);
        var tooMany = new TransactionOperation([], [.. Enumerable.Range(0, 129).Select(i => Text.Put($"{i}"))], []);
        Assert.Equal(LutraError.TooLarge, bed.Append(bed.Encode(new WriteCommand(tooMany))).Refusal?.Error);
        var twice = new TransactionOperation([], [Text.Put("k"), Text.Put("k")], []);
        Assert.Equal(LutraError.InvalidArgument, bed.Append(bed.Encode(new WriteCommand(twice))).Refusal?.Error);
        Assert.Equal(1, bed.Store.Revision.Value);
    }

    [Fact]
    public void An_entry_of_a_later_build_stops_the_node_and_names_the_level_it_needs()
    {
        var payload = bed.Encode(new CompactCommand(new Revision(1)));
        payload[2] = 4;
        var exception = Assert.Throws<EntryNotUnderstoodException>(() => bed.Append(payload));
        Assert.Equal(4u, exception.RequiredLevel);
        Assert.Contains("Entry 1@1 of the log cannot be applied: it needs feature level 4", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_feature_level_beyond_this_build_stops_the_node()
    {
        var exception = Assert.Throws<EntryNotUnderstoodException>(() => bed.Do(new SetFeatureLevelCommand(KeyspaceLimits.FeatureLevel + 1)));
        Assert.Equal(KeyspaceLimits.FeatureLevel + 1, exception.RequiredLevel);
        Assert.Equal(0u, bed.Store.FeatureLevel);
    }

    [Fact]
    public void The_feature_level_is_in_the_log()
    {
        Assert.Equal(0u, bed.Store.FeatureLevel);
        Assert.Null(bed.Do(new SetFeatureLevelCommand(KeyspaceLimits.FeatureLevel)).Refusal);
        Assert.Equal(KeyspaceLimits.FeatureLevel, bed.Store.FeatureLevel);
    }

    [Fact]
    public void Bytes_that_are_no_command_or_no_configuration_stop_the_node()
    {
        Assert.Null(Assert.Throws<EntryNotUnderstoodException>(() => bed.Append(new byte[] { 1, 2, 3 })).RequiredLevel);
        using var other = new KeyspaceBed();
        Assert.Throws<EntryNotUnderstoodException>(() => other.Append(new byte[] { 9 }, EntryKind.Configuration));
        using var third = new KeyspaceBed();
        Assert.Throws<EntryNotUnderstoodException>(() => third.Append(new byte[] { 1 }, (EntryKind)9));
    }

    [Fact]
    public void L13_entries_are_applied_in_order_without_a_gap()
    {
        Assert.Throws<InvalidOperationException>(() => bed.Store.Apply(At(2, EntryKind.Empty, []), false));
        bed.Store.Apply(At(1, EntryKind.Empty, [], term: 3), false);
        Assert.Throws<InvalidOperationException>(() => bed.Store.Apply(At(1, EntryKind.Empty, [], term: 3), false));
        Assert.Throws<InvalidOperationException>(() => bed.Store.Apply(At(2, EntryKind.Empty, [], term: 2), false));
        bed.Store.Apply(At(2, EntryKind.Empty, [], term: 3), false);
    }

    [Fact]
    public void Refused_proposals_and_answers_keep_their_numbers_on_disk()
    {
        // Kept answers hold these numbers.
        Assert.Equal(
            [0, 1, 2, 3, 4, 5, 6, 7],
            new[]
            {
                LutraError.InvalidArgument, LutraError.TooLarge, LutraError.KeyNotFound, LutraError.Compacted, LutraError.FutureRevision,
                LutraError.LeaseNotFound, LutraError.IdempotencyKeyReused, LutraError.SessionExpired,
            }.Select(error => (int)error));
    }

    public void Dispose() => bed.Dispose();
}
