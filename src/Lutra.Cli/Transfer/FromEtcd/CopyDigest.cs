using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Lutra.Cli.Transfer.FromEtcd;

/// <summary>What keys and values come to, in their order. Those with leases are only counted: one that ends meanwhile takes its keys along.</summary>
internal sealed class CopyDigest : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public long Keys { get; private set; }

    public long LeasedKeys { get; private set; }

    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long lease)
    {
        if (lease != 0)
        {
            LeasedKeys++;
            return;
        }
        Keys++;
        Span<byte> lengths = stackalloc byte[2 * sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(lengths, key.Length);
        BinaryPrimitives.WriteInt32LittleEndian(lengths[sizeof(int)..], value.Length);
        hash.AppendData(lengths);
        hash.AppendData(key);
        hash.AppendData(value);
    }

    public bool IsSameAs(CopyDigest other) => Keys == other.Keys && hash.GetCurrentHash().AsSpan().SequenceEqual(other.hash.GetCurrentHash());

    public void Dispose() => hash.Dispose();
}
