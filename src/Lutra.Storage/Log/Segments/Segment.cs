using Lutra.Storage.Files;

namespace Lutra.Storage.Log.Segments;

/// <summary>An open segment file.</summary>
internal sealed class Segment(ulong number, IFile file, int sizeBytes)
{
    public ulong Number => number;

    public IFile File => file;

    public int SizeBytes => sizeBytes;

    /// <summary>The number of its first batch; 0 while it is a spare.</summary>
    public ulong FirstBatch { get; set; }

    /// <summary>Readers that are in it now; it is not written over while there are any. Guarded by the lock of <see cref="DurableLog"/>.</summary>
    public int Readers { get; set; }

    /// <summary>It holds nothing any more and goes when the last reader has left. Guarded likewise.</summary>
    public bool IsDropped { get; set; }
}
