using Lutra.Raft;

namespace Lutra.Node.Members;

/// <summary>What a change of members comes to under the configuration in force: other members, nothing to do, or a refusal.</summary>
/// <param name="Target">The members to propose; null: there is nothing to do, or it is refused.</param>
/// <param name="Member">Whom it is about.</param>
internal sealed record MemberPlan(IReadOnlyList<Member>? Target, MemberId Member, LutraError? Error, string? Message)
{
    public static MemberPlan Propose(IReadOnlyList<Member> target, MemberId member) => new(target, member, null, null);

    public static MemberPlan SoAlready(MemberId member) => new(null, member, null, null);

    public static MemberPlan Refuse(LutraError error, string message) => new(null, default, error, message);
}
