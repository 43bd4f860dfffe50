using FsCheck;
using FsCheck.Fluent;

namespace Lutra.Raft.Tests.Arithmetic;

public sealed class MajorityTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(4, 3)]
    [InlineData(5, 3)]
    public void More_than_half_of_the_voters(int voters, int expected) => Assert.Equal(expected, Majority.Of(voters));

    [Theory]
    [InlineData(new ulong[] { }, 0)]
    [InlineData(new ulong[] { 7 }, 7)]
    [InlineData(new ulong[] { 7, 3 }, 3)]
    [InlineData(new ulong[] { 5, 5, 3 }, 5)] // two of three hold 5
    [InlineData(new ulong[] { 9, 5, 3 }, 5)]
    [InlineData(new ulong[] { 5, 4, 3, 2 }, 3)] // four voters need three
    [InlineData(new ulong[] { 1, 9, 9, 9, 1 }, 9)]
    public void Commits_what_a_majority_holds(ulong[] matched, ulong expected) => Assert.Equal(expected, Majority.Reached(matched));

    [Theory]
    [InlineData(new ulong[] { 9 }, new ulong[] { }, 9)] // not joint
    [InlineData(new ulong[] { 9 }, new ulong[] { 9, 0, 0 }, 0)] // M03: alone in one half is not enough
    [InlineData(new ulong[] { 9, 9, 0 }, new ulong[] { 4, 9, 0 }, 4)]
    public void M03_both_halves_must_have_reached_it(ulong[] incoming, ulong[] outgoing, ulong expected) =>
        Assert.Equal(expected, Majority.ReachedJointly(incoming, outgoing));

    [Fact]
    public void It_is_the_largest_number_that_more_than_half_have_reached() =>
        Prop.ForAll<uint[]>(values =>
        {
            var reached = Majority.Reached(values.Select(value => (ulong)value).ToArray());
            if (values.Length == 0)
                return reached == 0;
            var candidates = values.Where(one => values.Count(value => value >= one) * 2 > values.Length);
            return reached == candidates.Max();
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Two_majorities_of_the_same_voters_always_meet() =>
        Prop.ForAll<byte>(voters => Majority.Of(voters) * 2 > voters).QuickCheckThrowOnFailure();

    [Fact]
    public void A_vote_is_won_exactly_when_each_half_has_more_than_half_of_its_voters() =>
        Prop.ForAll<byte, byte, byte>((incoming, outgoing, granted) =>
        {
            var members = Nodes(incoming | outgoing).Select(
                node => new Member(new MemberId(node.Value), node, "", "", "", Role(node, incoming)));
            var tally = new VoteTally();
            foreach (var node in Nodes(granted))
            {
                tally.Grant(node);
                tally.Grant(node);
            }

            var expected = HasHalf(incoming, granted) && (outgoing == 0 || HasHalf(outgoing, granted));
            return tally.IsWon(new Configuration(members, Nodes(outgoing))) == expected;
        }).QuickCheckThrowOnFailure();

    private static MemberRole Role(NodeId node, byte incoming) =>
        Nodes(incoming).Contains(node) ? MemberRole.Voter : MemberRole.Leaving;

    private static bool HasHalf(byte half, byte granted) => Nodes(half & granted).Count() * 2 > Nodes(half).Count();

    private static IEnumerable<NodeId> Nodes(int bits) =>
        Enumerable.Range(0, 8).Where(bit => (bits & (1 << bit)) != 0).Select(bit => new NodeId((ulong)bit + 1));
}
