using Lutra.Node.Peers.Frames;

namespace Lutra.Simulation.Network;

/// <summary>
/// Loses, repeats and holds back single messages of the consensus, frame by frame, inside connections that otherwise keep their order: what a peer sees when
/// connections break and are made anew at bad moments, much more often. A held message comes again later, maybe in another term or from a process that is
/// long gone. Frames of protocols that rest on the order of a connection (hello, formation, forwarding, transfers) are left alone; so are read indexes, whose
/// numbers mean something to one process only.
/// </summary>
/// <param name="random">The shuffler's own stream.</param>
/// <param name="loss">Probability that a message is lost.</param>
/// <param name="duplicate">Probability that it comes twice at once.</param>
/// <param name="hold">Probability that a copy is kept and sent along with a later one.</param>
/// <param name="only">Which messages it touches, by kind and receiver; null: all.</param>
internal sealed class MessageShuffler(Random random, double loss, double duplicate, double hold, Func<FrameKind, string, bool>? only = null)
{
    private const int HeldMax = 32;

    /// <summary>It touches some kind of message, and of that one maybe all.</summary>
    public bool IsPicky => only is not null;

    private readonly SortedDictionary<(string From, string To), List<byte[]>> held = [];
    private readonly List<byte> reworked = [];

    /// <summary>
    /// The machine is another node from now on. Frames name no node, the handshake of their connection does: what the former one said or was told can never come
    /// out of a connection of the new one.
    /// </summary>
    public void Forget(string host)
    {
        foreach (var way in held.Keys.Where(way => way.From == host || way.To == host).ToArray())
            held.Remove(way);
    }

    public ReadOnlySpan<byte> Rework(string from, string to, ReadOnlySpan<byte> bytes)
    {
        if (!IsWholeFrames(bytes))
            return bytes;
        reworked.Clear();
        while (!bytes.IsEmpty)
        {
            var frame = bytes[..LengthOf(bytes)];
            bytes = bytes[frame.Length..];
            if ((FrameKind)frame[FrameHeader.SizeBytes] is var kind && MayShuffle(kind) && only?.Invoke(kind, to) != false)
                Shuffle(from, to, frame);
            else
                Add(frame);
        }

        return reworked.ToArray();
    }

    private void Shuffle(string from, string to, ReadOnlySpan<byte> frame)
    {
        if (random.NextDouble() >= loss)
            Add(frame);
        if (random.NextDouble() < duplicate)
            Add(frame);
        if (!held.TryGetValue((from, to), out var kept))
            held.Add((from, to), kept = []);
        if (kept.Count > 0 && random.NextDouble() < hold)
        {
            var again = random.Next(kept.Count);
            Add(kept[again]);
            kept.RemoveAt(again);
        }

        if (kept.Count < HeldMax && random.NextDouble() < hold)
            kept.Add(frame.ToArray());
    }

    private void Add(ReadOnlySpan<byte> frame)
    {
        foreach (var each in frame)
            reworked.Add(each);
    }

    private static bool IsWholeFrames(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > FrameHeader.SizeBytes && LengthOf(bytes) is var length && length > FrameHeader.SizeBytes && length <= bytes.Length)
            bytes = bytes[length..];
        return bytes.IsEmpty;
    }

    private static int LengthOf(ReadOnlySpan<byte> bytes) => (int)Math.Min(int.MaxValue, FrameHeader.SizeBytes + (long)FrameHeader.Read(bytes).BodyLengthBytes);

    private static bool MayShuffle(FrameKind kind) => kind is >= FrameKind.PreVoteRequest and <= FrameKind.HeartbeatReply;
}
