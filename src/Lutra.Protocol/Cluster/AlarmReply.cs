namespace Lutra.Protocol;

/// <summary>An alarm that somebody raised.</summary>
/// <param name="MemberId">The member's id, in hexadecimal.</param>
/// <param name="Alarm">One of <see cref="AlarmNames"/>.</param>
public sealed record AlarmReply(string MemberId, string Alarm);

/// <summary>The names of alarms, which are etcd's.</summary>
public static class AlarmNames
{
    public const string NoSpace = "NOSPACE";
    public const string Corrupt = "CORRUPT";
}
