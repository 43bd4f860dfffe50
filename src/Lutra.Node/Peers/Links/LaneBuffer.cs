using Lutra.Node.Peers.Frames;

namespace Lutra.Node.Peers.Links;

/// <summary>The frames that wait in one lane, encoded one behind the other: what is taken at once is one write.</summary>
internal sealed class LaneBuffer
{
    /// <summary>A buffer that has reached this is closed, and the next is begun. Bounds what an urgent frame may have to wait behind.</summary>
    private const int SealBytes = 64 * 1024;

    private readonly Queue<FrameWriter> full = new();
    private FrameWriter? open;

    public long Bytes { get; private set; }

    /// <summary>Where to write the next frame; followed by <see cref="Added"/>.</summary>
    public FrameWriter Open => open ??= new FrameWriter();

    public void Added(int bytes)
    {
        Bytes += bytes;
        if (Open.Length < SealBytes)
            return;

        full.Enqueue(Open);
        open = null;
    }

    /// <summary>The oldest buffer, which is the caller's from now on; null where nothing waits.</summary>
    public FrameWriter? Take()
    {
        if (!full.TryDequeue(out var taken))
        {
            if (open is not { Length: > 0 })
                return null;

            taken = open;
            open = null;
        }

        Bytes -= taken.Length;
        return taken;
    }

    public void Clear()
    {
        while (Take() is { } waiting)
            waiting.Release();
    }
}
