namespace Lutra.Keyspace.Auth;

/// <summary>How much is known of who asks. The numbers are in no file.</summary>
public enum CallerKind : byte
{
    /// <summary>Somebody outside who has not proved who it is.</summary>
    Nobody = 0,

    /// <summary>The node itself, or the program that it is embedded in: may do everything.</summary>
    Inside = 1,

    /// <summary>A user, proved by a token, a password or a certificate.</summary>
    User = 2,
}

/// <summary>Who asks. It goes into the log with what was asked, so that every node decides alike whether it may be done.</summary>
/// <param name="Name">Of a user; else null.</param>
/// <param name="AuthRevision">As of which users and roles the user was proved: older than what applies, and nothing is done for it.</param>
public readonly record struct Caller(CallerKind Kind, string? Name, ulong AuthRevision)
{
    public static readonly Caller Nobody;

    public static readonly Caller Inside = new(CallerKind.Inside, null, 0);

    public static Caller User(string name, ulong authRevision) => new(CallerKind.User, name, authRevision);
}
