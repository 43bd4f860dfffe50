namespace Lutra.Node.Peers.Frames;

/// <summary>Bytes from a peer that are not what the format allows. The connection they came on is closed; nothing else is touched.</summary>
internal sealed class MalformedFrameException(string message) : Exception(message);
