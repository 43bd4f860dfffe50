namespace Lutra.Node.Peers;

/// <summary>The versions of the peer protocol that this build speaks.</summary>
internal static class PeerProtocol
{
    public const ushort Min = 1;

    public const ushort Max = 1;

    /// <summary>Whether a peer that offers this range and this build have a version in common.</summary>
    public static bool IsSpoken(ushort offeredMin, ushort offeredMax) => offeredMin <= offeredMax && offeredMin <= Max && offeredMax >= Min;
}
