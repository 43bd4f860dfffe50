using System.Buffers;

namespace Lutra.Server.Etcd.Wire;

/// <summary>
/// Writes protobuf straight into a pipe. Fields with the default value are left out, as proto3 wants it. Messages within messages need their size first:
/// <see cref="ProtoSize"/> counts what is written here.
/// </summary>
internal ref struct ProtoWriter(IBufferWriter<byte> target)
{
    private const int FieldBytesMax = 1 + ProtoSize.VarintBytesMax;

    private readonly IBufferWriter<byte> target = target;
    private Span<byte> span;
    private int at;

    /// <param name="field">From 1 to 15, as in all that follows.</param>
    public void Number(int field, long value) => Number(field, (ulong)value);

    public void Number(int field, ulong value)
    {
        if (value == 0)
            return;
        Reserve(FieldBytesMax);
        span[at++] = (byte)(field << 3 | (int)ProtoType.Varint);
        Varint(value);
    }

    public void Flag(int field, bool value) => Number(field, value ? 1UL : 0UL);

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
            Element(field, value);
    }

    /// <summary>One of a repeated field: written even where it is empty.</summary>
    public void Element(int field, ReadOnlySpan<byte> value)
    {
        Message(field, value.Length);
        Raw(value);
    }

    /// <summary>What is protobuf already.</summary>
    public void Raw(ReadOnlySpan<byte> value)
    {
        if (value.Length <= span.Length - at)
        {
            value.CopyTo(span[at..]);
            at += value.Length;
            return;
        }

        End();
        target.Write(value);
    }

    /// <summary>A message begins: so many bytes follow.</summary>
    public void Message(int field, int sizeBytes)
    {
        Reserve(FieldBytesMax);
        span[at++] = (byte)(field << 3 | (int)ProtoType.Bytes);
        Varint((ulong)sizeBytes);
    }

    /// <summary>Hands over what was written. Whoever wrote last calls it.</summary>
    public void End()
    {
        target.Advance(at);
        span = default;
        at = 0;
    }

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            span[at++] = (byte)(value | 0x80);
        span[at++] = (byte)value;
    }

    private void Reserve(int count)
    {
        if (span.Length - at >= count)
            return;
        if (at > 0)
            End();
        span = target.GetSpan(count);
    }
}
