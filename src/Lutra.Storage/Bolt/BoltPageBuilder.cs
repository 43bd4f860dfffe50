using System.Buffers;
using System.Buffers.Binary;

namespace Lutra.Storage.Bolt;

/// <summary>
/// The elements of one page while they gather: those of a leaf (u32 1 where the value is a bucket, u32 place, u32 key length, u32 value length) or of a branch (u32
/// place, u32 key length, u64 child), then keys and values without a gap. A place counts from its element's own first byte.
/// </summary>
internal sealed class BoltPageBuilder(bool isLeaf)
{
    private readonly List<Element> elements = [];
    private readonly ArrayBufferWriter<byte> data = new();

    public int Count => elements.Count;

    /// <summary>With the head of the page.</summary>
    public int SizeBytes => SizeWith(0, 0) - BoltPage.ElementBytes;

    public ReadOnlySpan<byte> FirstKey => data.WrittenSpan[..elements[0].KeyBytes];

    /// <summary>The size after one more element.</summary>
    public int SizeWith(int keyBytes, int valueBytes) =>
        checked(BoltPage.HeaderBytes + ((elements.Count + 1) * BoltPage.ElementBytes) + data.WrittenCount + keyBytes + valueBytes);

    public void AddToLeaf(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool isBucket) => Add(new Element(key.Length, value.Length, isBucket ? 1u : 0), key, value);

    public void AddToBranch(ReadOnlySpan<byte> key, ulong child) => Add(new Element(key.Length, 0, child), key, []);

    /// <summary>Takes the last element out, for the page that follows.</summary>
    public (byte[] Key, ulong Child) TakeLastOfBranch()
    {
        var last = elements[^1];
        var key = data.WrittenSpan[^last.KeyBytes..].ToArray();
        byte[] kept = data.WrittenSpan[..^last.KeyBytes].ToArray();
        elements.RemoveAt(elements.Count - 1);
        data.ResetWrittenCount();
        data.Write(kept);
        return (key, last.Number);
    }

    /// <param name="target">Of <see cref="SizeBytes"/>.</param>
    public void Write(Span<byte> target, ulong number, uint overflow)
    {
        new BoltPage(number, isLeaf ? BoltPageKind.Leaf : BoltPageKind.Branch, elements.Count, overflow).Write(target);
        var (at, place) = (BoltPage.HeaderBytes, BoltPage.HeaderBytes + (elements.Count * BoltPage.ElementBytes));
        data.WrittenSpan.CopyTo(target[place..]);
        foreach (var element in elements)
        {
            var one = target[at..];
            if (isLeaf)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(one, (uint)element.Number);
                BinaryPrimitives.WriteInt32LittleEndian(one[4..], place - at);
                BinaryPrimitives.WriteInt32LittleEndian(one[8..], element.KeyBytes);
                BinaryPrimitives.WriteInt32LittleEndian(one[12..], element.ValueBytes);
            }
            else
            {
                BinaryPrimitives.WriteInt32LittleEndian(one, place - at);
                BinaryPrimitives.WriteInt32LittleEndian(one[4..], element.KeyBytes);
                BinaryPrimitives.WriteUInt64LittleEndian(one[8..], element.Number);
            }
            at += BoltPage.ElementBytes;
            place += element.KeyBytes + element.ValueBytes;
        }
    }

    public void Clear()
    {
        elements.Clear();
        data.ResetWrittenCount();
    }

    private void Add(Element element, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        elements.Add(element);
        data.Write(key);
        data.Write(value);
    }

    /// <param name="Number">Of a leaf 1 where the value is a bucket; of a branch the page of the child.</param>
    private readonly record struct Element(int KeyBytes, int ValueBytes, ulong Number);
}
