using System.Buffers.Binary;
using Lutra.Storage.Checksums;
using Lutra.Storage.Files;

namespace Lutra.Storage.Log.Slots;

/// <summary>
/// A small value that is changed as a whole: two slots, written in turn, so that a torn write leaves the older one; and two copies of
/// each slot, 4 KiB apart and written together, so that damage to one copy of a value that was acknowledged does not bring back the value
/// before (pitfall D12). No whole copy at all is <see cref="DamagedFileException"/>, never a default. 16 KiB; a copy, little-endian:
/// <code>
///  0  8 bytes magic, which names the kind of file
///  8  u32 format version, 1
/// 12  u32 checksum of bytes 0..11 and 16 to the end, seeded with cluster and node
/// 16  u64 sequence: the highest is in force; odd ones lie in slot 1
/// 24  the value
/// </code>
/// </summary>
internal sealed class SlotFile : IDisposable
{
    public const int SizeBytes = 4 * CopyBytes;

    private const int CopyBytes = 4096;
    private const int HeaderBytes = 24;
    private const uint Version = 1;

    private readonly IFile file;
    private readonly byte[] magic;
    private readonly uint seed;
    private readonly byte[] buffer = new byte[CopyBytes * 2];
    private readonly byte[] value;
    private ulong sequence;

    private SlotFile(IFile file, ReadOnlySpan<byte> magic, LogIdentity identity, int valueBytes)
    {
        this.file = file;
        this.magic = magic.ToArray();
        seed = identity.Seed(0);
        value = new byte[valueBytes];
    }

    /// <summary>The value in force; not durable before the write of <see cref="Change"/> is.</summary>
    public ReadOnlySpan<byte> Value => value;

    /// <summary>Makes a file with its first value under a name that is not taken, and makes its bytes durable; the name is the caller's to sync.</summary>
    public static SlotFile Create(IFiles files, string path, ReadOnlySpan<byte> magic, LogIdentity identity, ReadOnlySpan<byte> value)
    {
        var slots = new SlotFile(files.Create(path), magic, identity, value.Length);
        slots.file.Write(new byte[SizeBytes], 0);
        slots.WriteNow(value);
        return slots;
    }

    /// <summary>Reads the value in force and makes it durable again, since a crash may have left it in the kernel's cache only (pitfall D02).</summary>
    public static SlotFile Open(IFiles files, string path, ReadOnlySpan<byte> magic, LogIdentity identity, int valueBytes)
    {
        var slots = new SlotFile(files.Open(path, writable: true), magic, identity, valueBytes);
        try
        {
            slots.ReadNewest();
            slots.WriteNow(slots.value);
        }
        catch
        {
            slots.Dispose();
            throw;
        }
        return slots;
    }

    /// <summary>The write that puts a new value in force. The bytes stay untouched until the next call.</summary>
    public DiskRequest Change(ReadOnlySpan<byte> newValue, bool sync, Action<DiskException?> completed)
    {
        var offset = Encode(newValue);
        return new DiskRequest(file, buffer, offset, sync, completed);
    }

    public void WriteNow(ReadOnlySpan<byte> newValue, bool sync = true)
    {
        var offset = Encode(newValue);
        file.Write(buffer, offset);
        if (sync)
            file.Sync();
    }

    public void Sync() => file.Sync();

    public void Dispose() => file.Dispose();

    private long Encode(ReadOnlySpan<byte> newValue)
    {
        newValue.CopyTo(value);
        sequence++;
        var copy = buffer.AsSpan(0, HeaderBytes + value.Length);
        magic.CopyTo(copy);
        BinaryPrimitives.WriteUInt32LittleEndian(copy[8..], Version);
        BinaryPrimitives.WriteUInt64LittleEndian(copy[16..], sequence);
        value.CopyTo(copy[HeaderBytes..]);
        BinaryPrimitives.WriteUInt32LittleEndian(copy[12..], ChecksumOf(copy));
        copy.CopyTo(buffer.AsSpan(CopyBytes));
        Marks.BothSlotsUsed.HitIf(sequence == 2);
        return (long)(sequence % 2) * 2 * CopyBytes;
    }

    private void ReadNewest()
    {
        // In a file cut short the newer slot may be what is missing.
        if (file.Length is var length and not SizeBytes)
            throw new DamagedFileException(file.Path, length, $"it has {length} bytes instead of {SizeBytes}");
        var bytes = new byte[SizeBytes];
        file.Read(bytes, 0);
        var unknownVersion = 0u;
        for (var offset = 0; offset < SizeBytes; offset += CopyBytes)
        {
            var copy = bytes.AsSpan(offset, HeaderBytes + value.Length);
            if (!copy.StartsWith(magic))
            {
                Marks.SlotCopyNotThere.Hit();
                continue;
            }
            Marks.SlotCopyTorn.HitIf(BinaryPrimitives.ReadUInt32LittleEndian(copy[12..]) != ChecksumOf(copy));
            if (BinaryPrimitives.ReadUInt32LittleEndian(copy[8..]) is var version and not Version)
                unknownVersion = version;
            else if (BinaryPrimitives.ReadUInt32LittleEndian(copy[12..]) == ChecksumOf(copy) && BinaryPrimitives.ReadUInt64LittleEndian(copy[16..]) is var found && found > sequence)
            {
                sequence = found;
                copy[HeaderBytes..].CopyTo(value);
            }
        }
        if (sequence == 0)
        {
            throw new DamagedFileException(file.Path, 0, unknownVersion == 0
                ? "none of its copies is whole, or it belongs to another node"
                : $"its format version is {unknownVersion}; this program reads version {Version}");
        }
    }

    private uint ChecksumOf(ReadOnlySpan<byte> copy) => Crc32C.Extend(Crc32C.Extend(seed, copy[..12]), copy[16..]);
}
