using System.Buffers.Binary;
using Lutra.Raft;
using Lutra.Storage.Checksums;

namespace Lutra.Storage.Log;

/// <summary>Whose log it is: written into every segment and checked when one is opened.</summary>
public readonly record struct LogIdentity(ClusterId Cluster, NodeId Node)
{
    /// <summary>
    /// The seed of the checksums in segment <paramref name="number"/> (a slot file has a number of its own): a record of another cluster,
    /// node or segment never passes, also not one that a recycled segment held before (pitfalls D06, D08).
    /// </summary>
    internal uint Seed(ulong number)
    {
        Span<byte> bytes = stackalloc byte[32];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, Cluster.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], Node.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], number);
        return Crc32C.Compute(bytes);
    }
}
