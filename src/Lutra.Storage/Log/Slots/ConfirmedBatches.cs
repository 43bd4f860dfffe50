using System.Buffers.Binary;
using Lutra.Storage.Files;

namespace Lutra.Storage.Log.Slots;

/// <summary>
/// How many batches are known to be durable: evidence that a bad last batch is damage and no torn write (pitfall D03). Written after the
/// sync of the batch and not synced itself, so it costs the writer no wait; it says less than is true after a power cut, never more.
/// A missing or damaged file is no evidence. Value: u64 batches.
/// </summary>
internal sealed class ConfirmedBatches : IDisposable
{
    public const string Path = "log/confirmed";

    private const int ValueBytes = 8;
    private readonly SlotFile slots;

    private ConfirmedBatches(SlotFile slots) => this.slots = slots;

    public ulong Batches => BinaryPrimitives.ReadUInt64LittleEndian(slots.Value);

    private static ReadOnlySpan<byte> Magic => "LUTRACFM"u8;

    public static ConfirmedBatches Open(IFiles files, LogIdentity identity)
    {
        if (files.Exists(Path))
        {
            try
            {
                return new ConfirmedBatches(SlotFile.Open(files, Path, Magic, identity, ValueBytes));
            }
            catch (DamagedFileException)
            {
                files.Delete(Path);
            }
        }
        return new ConfirmedBatches(SlotFile.Create(files, Path, Magic, identity, new byte[ValueBytes]));
    }

    public void Write(ulong batches, bool sync)
    {
        Span<byte> value = stackalloc byte[ValueBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(value, batches);
        slots.WriteNow(value, sync);
    }

    public void Dispose() => slots.Dispose();
}
