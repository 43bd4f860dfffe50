namespace Lutra;

/// <summary>A change of members that is done: committed, and in force.</summary>
/// <param name="Member">The id of the member that was added, removed, promoted or put in another's place, in hexadecimal.</param>
/// <param name="Changed">False: it was so already.</param>
/// <param name="Members">The members after it.</param>
public sealed record MemberChangeResult(string Member, bool Changed, MemberList Members);
