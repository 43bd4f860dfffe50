namespace Lutra.Raft.Tests.Arithmetic;

public sealed class ConfigurationChangeTests
{
    // Voters 1, 2, 3 and the learners 4 (caught up) and 5 (not); 6 is not bound to a node.
    private static readonly Configuration Current = new([Voter(1), Voter(2), Voter(3), Learner(4), Learner(5), Unbound(6)], []);

    public static TheoryData<string, Member[], string> Refusals => new()
    {
        { "nobody", [], "no voter" },
        { "learners only", [Learner(4), Learner(5)], "no voter" },
        { "a member twice", [Voter(1), Voter(2), Voter(2)], "member 2 is there twice" },
        { "a node twice", [Voter(1), Voter(2), Voter(3), Learner(7) with { Node = new NodeId(3) }], "node 3 is there twice" },
        { "an address twice", [Voter(1), Voter(2), Voter(3) with { PeerAddress = "a2" }], "address a2" },
        { "the member 0", [Voter(1), Voter(2), Learner(0)], "id 0" },
        { "the node 0", [Voter(1), Voter(2), Learner(7) with { Node = new NodeId(0) }], "node id 0" },
        { "a leaving member", [Voter(1), Voter(2), Voter(3) with { Role = MemberRole.Leaving }], "leaving" },
        { "an unknown role", [Voter(1), Voter(2), Voter(3) with { Role = (MemberRole)9 }], "unknown role" },
        { "a member on another node", [Voter(1), Voter(2), Voter(3) with { Node = new NodeId(33) }], "member 3 is bound" },
        { "a member without its node", [Voter(1), Voter(2), Voter(3), Learner(4) with { Node = null }], "member 4 is bound" },
        { "a node under another id", [Voter(1), Voter(2), Learner(9) with { Node = new NodeId(3) }], "node 3 is bound to the member 3" },
        { "M10: a voter nobody knew", [Voter(1), Voter(2), Voter(3), Voter(7)], "must be a learner" },
        { "M10: a learner that lags", [Voter(1), Voter(2), Voter(3), Voter(5)], "not caught up" },
        { "M10: a voter without a node", [Voter(1), Voter(2), Voter(3), Unbound(6) with { Role = MemberRole.Voter }], "never answered" },
        { "M13: no majority that lives", [Voter(1), Voter(3)], "only 1 of its 2 voters" },
        { "too long a text", [Voter(1), Voter(2), Voter(3) with { Label = new string('x', 1025) }], "longer than 1024" },
        { "no text", [Voter(1), Voter(2), Voter(3) with { Label = "\ud800" }], "no Unicode" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void M13_what_must_not_be_is_refused_and_says_why(string what, Member[] target, string reason)
    {
        Assert.NotEmpty(what);
        Assert.Contains(reason, Forbidden(target), StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_else_is_allowed()
    {
        Assert.Null(Forbidden([Voter(1), Voter(2), Voter(3), Voter(4), Learner(5), Unbound(6)]));
        Assert.Null(Forbidden([Voter(1), Voter(2)]));
        Assert.Null(Forbidden([Voter(1)]));
        Assert.Null(Forbidden([Voter(1), Voter(2), Learner(3)]));
        Assert.Null(Forbidden([Voter(1), Voter(2), Voter(3), Learner(7), Unbound(6) with { Node = new NodeId(6) }]));
    }

    [Fact]
    public void The_same_voters_take_one_step()
    {
        var target = new Configuration([Voter(1) with { PeerAddress = "new" }, Voter(2), Voter(3), Learner(7)], []);
        Assert.Same(target, ConfigurationChange.FirstStep(Current, target));
    }

    [Fact]
    public void Other_voters_take_two_and_every_node_is_in_the_joint_one_in_its_part()
    {
        var target = new Configuration([Voter(1), Learner(2), Voter(4)], []);
        var joint = ConfigurationChange.FirstStep(Current, target);
        Assert.True(joint.IsJoint);
        Assert.Equal([1UL, 4], joint.Voters.Select(node => node.Value));
        Assert.Equal([1UL, 2, 3], joint.OutgoingVoters.Select(node => node.Value));
        Assert.Equal([2UL], joint.Learners.Select(node => node.Value));
        Assert.Equal(MemberRole.Leaving, joint.Members.Single(member => member.Id.Value == 3).Role);
        Assert.Null(ConfigurationRules.Broken(joint.Members, joint.OutgoingVoters));

        var final = ConfigurationChange.LeaveJoint(joint);
        Assert.Equal(target.Encode(), final.Encode());
    }

    private static string? Forbidden(Member[] target) => ConfigurationChange.Forbidden(
        Current, target, isCaughtUp: node => node.Value == 4, isLive: node => node.Value != 3);

    private static Member Voter(ulong id) => new(new MemberId(id), new NodeId(id), $"n{id}", $"a{id}", "", MemberRole.Voter);

    private static Member Learner(ulong id) => Voter(id) with { Role = MemberRole.Learner };

    private static Member Unbound(ulong id) => Learner(id) with { Node = null };
}
