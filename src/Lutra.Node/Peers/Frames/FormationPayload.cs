using System.Diagnostics;
using Lutra.Node.Formation;

namespace Lutra.Node.Peers.Frames;

/// <summary>A formation message as the payload of a frame, in the encoding of <see cref="Formation"/>.</summary>
internal static class FormationPayload
{
    public static void Write(FrameWriter writer, FormationMessage message) =>
        throw new UnreachableException($"No encoding for {message.GetType().Name} ({writer.Length}).");

    public static FormationMessage Read(ref FrameReader reader) =>
        throw new MalformedFrameException($"No formation message is known ({reader.Remaining}).");
}
