using System.Collections.Immutable;
using Lutra.Keyspace.Snapshots;

namespace Lutra.Node.Restore;

/// <summary>Passes entries of a file on, and says now and then how far it is, from 0 to 1.</summary>
/// <param name="sha256">What an earlier reading of the file came out to; empty: nobody has read it yet.</param>
internal sealed class ProgressEntries(SnapshotReader reader, ImmutableArray<byte> sha256, Action<double> progress) : ISnapshotEntries
{
    private const long StepBytes = 1 << 20;

    private long toldBytes;

    public SnapshotHeader Header => reader.Header;

    public ReadOnlySpan<byte> Key => reader.Key;

    public ulong Version => reader.Version;

    public ReadOnlyMemory<byte> Value => reader.Value;

    public bool Next()
    {
        var more = reader.Next();
        if (!more && !sha256.IsEmpty && !reader.Sha256.SequenceEqual(sha256))
            throw new LutraException(LutraError.InvalidArgument, "The snapshot was changed while it was read. Restore again.");
        if (reader.PositionBytes - toldBytes >= StepBytes || !more)
        {
            toldBytes = reader.PositionBytes;
            progress((double)reader.PositionBytes / reader.LengthBytes);
        }
        return more;
    }
}
