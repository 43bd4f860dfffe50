using System.Buffers.Binary;

namespace Lutra.Keyspace.Snapshots.Etcd;

/// <summary>A lease as etcd's files have it, <c>leasepb.Lease</c>: its number, the seconds that were granted, and those that a leader wrote down as left.</summary>
internal static class EtcdLease
{
    private const int NumberField = 1, TtlField = 2, RemainingField = 3;

    public static void Write(ByteWriter target, in GrantedLease lease)
    {
        EtcdMessage.Number(target, NumberField, lease.Lease);
        EtcdMessage.Number(target, TtlField, lease.TtlSeconds);
        EtcdMessage.Number(target, RemainingField, lease.RemainingSeconds);
    }

    /// <param name="key">The number, u64 big-endian.</param>
    /// <exception cref="FormatException">It is no lease.</exception>
    public static GrantedLease Read(ReadOnlySpan<byte> key, ReadOnlyMemory<byte> value)
    {
        var (number, ttlSeconds, remainingSeconds) = (0L, 0L, 0L);
        var message = new EtcdMessageReader(value);
        while (message.Next() is not 0 and var field)
        {
            switch (field)
            {
                case NumberField:
                    number = message.Number();
                    break;
                case TtlField:
                    ttlSeconds = message.Number();
                    break;
                case RemainingField:
                    remainingSeconds = message.Number();
                    break;
                default:
                    message.Skip();
                    break;
            }
        }
        if (number == 0 || key.Length != sizeof(long) || BinaryPrimitives.ReadInt64BigEndian(key) != number)
            throw new FormatException("a lease has another number than its place");
        if (ttlSeconds < 1 || remainingSeconds < 0)
            throw new FormatException($"lease {number:x} has no time to live");
        return new GrantedLease(number, ttlSeconds, Math.Min(remainingSeconds, ttlSeconds));
    }
}
