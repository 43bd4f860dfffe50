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

    private static Configuration Voters(params IEnumerable<ulong> nodes) =>
        new(nodes.Select(node => new Member(new MemberId(node), new NodeId(node), "", "", "", MemberRole.Voter)), []);

    private IEnumerable<ulong> Active() => history.Active.Voters.Select(node => node.Value);
}
