namespace Lutra.Raft.Tests.Arithmetic;

public sealed class ConfigurationHistoryTests
{
    private readonly ConfigurationHistory history = new(new LogIndex(3), Voters(1, 2, 3));

    [Fact]
    public void M05_a_configuration_is_in_force_when_appended_and_gone_when_truncated()
    {
        history.Append(new LogIndex(7), Voters(1, 2));
        history.Append(new LogIndex(9), Voters(1));
        Assert.Equal([1UL], Active());
        Assert.True(history.TruncateFrom(new LogIndex(9)));
        Assert.Equal([1UL, 2], Active());
        Assert.True(history.TruncateFrom(new LogIndex(4)));
        Assert.Equal([1UL, 2, 3], Active());
        Assert.False(history.TruncateFrom(new LogIndex(4)));
    }

    [Fact]
    public void What_is_committed_stays_and_what_it_replaced_is_forgotten()
    {
        history.Append(new LogIndex(7), Voters(1, 2));
        history.Append(new LogIndex(9), Voters(1));
        Assert.True(history.MayBeVoter(new NodeId(3)));
        history.Commit(new LogIndex(8));
        Assert.False(history.MayBeVoter(new NodeId(3)));
        Assert.True(history.MayBeVoter(new NodeId(2)));
        Assert.True(history.TruncateFrom(new LogIndex(9)));
        Assert.Equal((new LogIndex(7), 2), (history.ActiveIndex, history.Active.Voters.Count));
    }

    [Theory]
    [InlineData(8, true, new[] { 1UL })] // the entry at 9 follows the state
    [InlineData(9, true, new[] { 5UL })]
    [InlineData(8, false, new[] { 5UL })] // the log was dropped
    public void M06_a_state_replaces_the_configurations_up_to_its_index(ulong index, bool keepSuffix, ulong[] expected)
    {
        history.Append(new LogIndex(7), Voters(1, 2));
        history.Append(new LogIndex(9), Voters(1));
        history.InstallSnapshot(new LogIndex(index), Voters(5), keepSuffix);
        Assert.Equal(expected, Active());
    }

    [Fact]
    public void Who_was_a_member_in_a_truncated_configuration_only_never_was_one()
    {
        history.Append(new LogIndex(7), Voters(1, 2, 3, 4));
        Assert.True(history.WasSeenAsMember(new NodeId(4)));
        Assert.True(history.MayHaveBeenMemberSince(new NodeId(4), new LogIndex(6)));
        history.TruncateFrom(new LogIndex(7));
        Assert.False(history.WasSeenAsMember(new NodeId(4)));
        Assert.False(history.MayHaveBeenMemberSince(new NodeId(4), new LogIndex(6)));
    }

    [Theory]
    [InlineData(3)] // neither is known to be committed
    [InlineData(7)]
    [InlineData(9)]
    public void Who_was_added_and_removed_was_a_member_up_to_its_removal(ulong commit)
    {
        history.Append(new LogIndex(7), Voters(1, 2, 3, 4));
        history.Append(new LogIndex(9), Voters(1, 2, 3));
        history.Commit(new LogIndex(commit));
        Assert.True(history.WasSeenAsMember(new NodeId(4)));
        Assert.True(history.MayHaveBeenMemberSince(new NodeId(4), new LogIndex(8)));
        Assert.False(history.MayHaveBeenMemberSince(new NodeId(4), new LogIndex(9)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)] // the log was dropped: what it said there may never have been agreed upon
    public void Who_was_a_member_before_a_state_is_remembered_where_the_log_agrees_with_it(bool keepSuffix)
    {
        history.Append(new LogIndex(7), Voters(1, 2, 3, 4));
        history.Append(new LogIndex(9), Voters(1, 2, 3));
        history.InstallSnapshot(new LogIndex(10), Voters(1, 2, 3), keepSuffix);
        Assert.Equal(keepSuffix, history.WasSeenAsMember(new NodeId(4)));
        Assert.True(history.MayHaveBeenMemberSince(new NodeId(4), new LogIndex(9)));
        Assert.False(history.MayHaveBeenMemberSince(new NodeId(4), new LogIndex(10)));
    }

    private static Configuration Voters(params IEnumerable<ulong> nodes) =>
        new(nodes.Select(node => new Member(new MemberId(node), new NodeId(node), "", "", "", MemberRole.Voter)), []);

    private IEnumerable<ulong> Active() => history.Active.Voters.Select(node => node.Value);
}
