using System.Numerics;

namespace Lutra.Server.Etcd.Wire;

/// <summary>How many bytes <see cref="ProtoWriter"/> writes, with the tag; its fields are from 1 to 15.</summary>
internal static class ProtoSize
{
    public const int VarintBytesMax = 10;

    public static int Number(long value) => Number((ulong)value);

    public static int Number(ulong value) => value == 0 ? 0 : 1 + Varint(value);

    public static int Flag(bool value) => value ? 2 : 0;

    public static int Bytes(ReadOnlyMemory<byte> value) => value.IsEmpty ? 0 : Message(value.Length);

    public static int Message(int sizeBytes) => checked(1 + Varint((ulong)sizeBytes) + sizeBytes);

    // Seven bits to a byte: 9/64 is a little more than 1/7, and right for every number of bits up to 64.
    private static int Varint(ulong value) => ((BitOperations.Log2(value | 1) * 9) + 73) / 64;
}
