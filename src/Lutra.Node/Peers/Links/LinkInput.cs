namespace Lutra.Node.Peers.Links;

internal enum LinkInputKind
{
    Opened,
    Bytes,
    Closed,
}

/// <summary>What the network said about one connection, on its way to the loop.</summary>
/// <param name="Chunk">Rented from the shared pool, filled up to <paramref name="Length"/>; for <see cref="LinkInputKind.Bytes"/> only.</param>
internal readonly record struct LinkInput(
    PeerLink Link, LinkInputKind Kind, IConnection? Connection = null, byte[]? Chunk = null, int Length = 0, CloseReason Reason = default,
    string Message = "");
