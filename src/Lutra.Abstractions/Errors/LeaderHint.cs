namespace Lutra;

/// <summary>Who leads, as the node that refused last heard: another that may do what was refused. It may be out of date, and is believed by nobody more than that.</summary>
/// <param name="Label">The leader's label.</param>
/// <param name="Address">Where clients reach it, as it advertises itself: <c>host:port</c>. Null where it has not said so.</param>
public sealed record LeaderHint(string Label, string? Address);
