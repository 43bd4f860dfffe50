using Lutra.Raft;

namespace Lutra.Node.Members;

/// <summary>What the leader says of a change of members. An error is certain: nothing was done; <see cref="LutraError.Unavailable"/> asks to ask again.</summary>
/// <param name="Leader">For a change of the leader: who leads now.</param>
/// <param name="At">Where in the log <paramref name="Members"/> stand.</param>
internal sealed record MemberAnswer(
    LutraError? Error, string? Message, MemberId Member, bool Changed, NodeId? Leader, LogIndex At, Configuration Members)
{
    public static MemberAnswer Refuse(LutraError error, string message) => new(error, message, default, false, null, default, Configuration.Empty);

    public static MemberAnswer AskAgain(string why) => Refuse(LutraError.Unavailable, why);
}
