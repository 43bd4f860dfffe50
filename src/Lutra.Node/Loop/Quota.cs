using Lutra.Keyspace;
using Lutra.Keyspace.Commands;
using Lutra.Storage.Tables;

namespace Lutra.Node.Loop;

/// <summary>
/// An operator's limit on what tables and memtables take. Beyond it this node, where it leads, takes no write that needs room. What was deleted and compacted gives room:
/// it is squeezed out of the tables at once, where merges would come to it late or, with no more writes, never. So no quota is reached for good. Loop only.
/// </summary>
/// <param name="limitBytes">0: none.</param>
internal sealed class Quota(long limitBytes, TableStore tables, KeyspaceStore keyspace)
{
    // As of the last tick, and what was taken since.
    private long sizeBytes = limitBytes == 0 ? 0 : SizeOf(tables);
    private long takenBytes;
    private long refusedBytes;
    private long squeezedAt = -1;

    /// <summary>The last write that needs room was refused and would not fit now either, or none would.</summary>
    public bool IsReached => limitBytes > 0 && (refusedBytes > 0 || sizeBytes >= limitBytes);

    /// <summary>Why a leader does not take a command that can be decoded, for people; null where it may.</summary>
    public string? RefusalOf(ReadOnlyMemory<byte> command)
    {
        if (limitBytes == 0)
            return null;
        var fits = sizeBytes + takenBytes + command.Length <= limitBytes;
        if ((fits && refusedBytes == 0) || !Growth.Needs(CommandCodec.Decode(command).Command))
        {
            takenBytes += command.Length;
            return null;
        }

        if (fits)
        {
            // There is room again, or never was any for what was refused.
            refusedBytes = 0;
            takenBytes += command.Length;
            return null;
        }

        Marks.WriteRefusedForQuota.Hit();
        refusedBytes = command.Length;
        return $"The store takes {sizeBytes + takenBytes} bytes, and its quota is {limitBytes}. Nothing was done; reads and deletes go on, and writes will when enough was deleted and compacted.";
    }

    public void Tick()
    {
        if (limitBytes == 0)
            return;
        (sizeBytes, takenBytes) = (SizeOf(tables), 0);
        if (sizeBytes + refusedBytes <= limitBytes)
            refusedBytes = 0;
        var compactedAt = keyspace.CompactRevision.Value;
        if (!IsReached || compactedAt <= squeezedAt)
            return;
        Marks.TablesSqueezed.Hit();
        squeezedAt = compactedAt;
        tables.Squeeze();
    }

    private static long SizeOf(TableStore tables) => tables.Sizes is var sizes ? sizes.TableBytes + sizes.MemtableBytes : 0;
}
