using Lutra.Storage.Files;

namespace Lutra.Storage.Tables;

/// <summary>
/// One disk request at a time for a stage that must not wait: it submits, returns from its step, and is woken when the disk is done.
/// </summary>
internal sealed class DiskTurn(IFiles files, Action wake)
{
    private DiskException? failure;
    private volatile bool isBusy;

    /// <summary>A request is on its way: the bytes it was given must not change.</summary>
    public bool IsBusy => isBusy;

    public void Submit(IFile file, ReadOnlyMemory<byte> bytes, long offset, bool sync)
    {
        isBusy = true;
        files.Submit(new DiskRequest(file, bytes, offset, sync, Complete));
    }

    /// <summary>Throws what went wrong with the last request, once.</summary>
    public void ThrowIfFailed()
    {
        if (failure is not { } thrown)
            return;
        failure = null;
        throw thrown;
    }

    private void Complete(DiskException? result)
    {
        failure = result;
        isBusy = false;
        wake();
    }
}
