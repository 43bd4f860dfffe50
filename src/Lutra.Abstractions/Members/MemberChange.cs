namespace Lutra;

/// <summary>
/// A change of who belongs to the cluster. Each may be asked for again without harm: what is so already stays so. Wherever a member is named, its label (as
/// given by <c>--id</c>), its member id in hexadecimal or its peer address will do.
/// </summary>
public abstract record MemberChange;

/// <summary>How a new member comes to vote.</summary>
public enum MemberPromotion
{
    /// <summary>By itself, once it has caught up with the log.</summary>
    Automatic,

    /// <summary>When it is told to, by <see cref="PromoteMember"/>: until then it is a copy without a vote.</summary>
    Manual,
}

/// <summary>
/// Adds a member, as a learner: it counts in no majority, so one that never starts holds up nothing. The cluster waits for a new node at its address, or one
/// that asks from there.
/// </summary>
/// <param name="Address">Where peers will reach it, as host:port.</param>
/// <param name="Label">What it will call itself; null: whatever it says.</param>
/// <param name="ClientAddress">Where clients will reach it; null: the same address. What the node itself says when it comes holds.</param>
public sealed record AddMember(
    string Address, string? Label = null, string? ClientAddress = null, MemberPromotion Promotion = MemberPromotion.Automatic) : MemberChange;

/// <summary>Removes a member. Its node learns of it and stops; its folder can never come back. A leader that is removed hands over first.</summary>
public sealed record RemoveMember(string Member) : MemberChange;

/// <summary>Makes a learner that has caught up a voter.</summary>
public sealed record PromoteMember(string Member) : MemberChange;

/// <summary>
/// Puts a new node in the place of a member. At another address, the new one becomes a voter and the old one goes in one step, once the new one has caught up. At
/// the same address (a machine whose folder was lost) the old one goes at once and the new one takes its label.
/// </summary>
/// <param name="Address">Where peers will reach the new node; null: at the old one's address.</param>
/// <param name="Label">What it will call itself; null: at the same address as the old one, else whatever it says.</param>
/// <param name="ClientAddress">Where clients will reach it; null: the same address.</param>
public sealed record ReplaceMember(string Member, string? Address = null, string? Label = null, string? ClientAddress = null) : MemberChange;
