using System.Buffers.Binary;
using Lutra.Simulation.Disk;
using Lutra.Storage.Log.Slots;

namespace Lutra.Simulation.Runs.Invariants;

/// <summary>Reads a slot file from outside, as <see cref="SlotFile"/> lays it out: of four copies, the one with the highest sequence.</summary>
internal static class SlotsOnDisk
{
    private const int CopyBytes = SlotFile.SizeBytes / 4;
    private const int SequenceOffset = 16;
    private const int HeaderBytes = 24;

    /// <summary>False where no value was written yet. A copy that is damaged only makes this pass it over.</summary>
    public static bool TryRead(FileImage file, Span<byte> value)
    {
        Span<byte> copy = stackalloc byte[HeaderBytes + value.Length];
        ulong newest = 0;
        for (var offset = 0; offset < SlotFile.SizeBytes; offset += CopyBytes)
        {
            if (file.Read(copy, offset) < copy.Length || BinaryPrimitives.ReadUInt64LittleEndian(copy[SequenceOffset..]) is var sequence && sequence <= newest)
                continue;
            newest = sequence;
            copy[HeaderBytes..].CopyTo(value);
        }

        return newest > 0;
    }
}
