namespace Lutra.Server.Etcd;

/// <summary>What a caller must be for a call, where users are asked for (reference, section 4 of the users).</summary>
internal enum CallerNeed
{
    /// <summary>Anything: no token is looked at.</summary>
    Nobody,

    /// <summary>A user, whatever rights it has; the call itself may ask for more.</summary>
    User,

    /// <summary>A user with rights for the keys that the call is about.</summary>
    Keys,

    /// <summary>A user with the role root.</summary>
    Root,
}
