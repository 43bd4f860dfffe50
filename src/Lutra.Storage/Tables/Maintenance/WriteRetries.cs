using Lutra.Storage.Files;

namespace Lutra.Storage.Tables;

/// <summary>
/// What to do after a table could not be written. A flush tries again at once, one time; after that, and where the disk is full, it
/// waits for the node's next <see cref="TableStore.RetryWrites"/>. A merge, which nothing waits for, waits longer each time.
/// </summary>
internal sealed class WriteRetries(TableEvents events)
{
    private const int MergeWaitMax = 64;

    private volatile bool isRequested;
    private volatile DiskException? trouble;
    private volatile bool hasToWait;
    private int failuresInRow;
    private int mergeFailuresInRow;
    private volatile int mergeWait;
    private bool isFull;

    /// <summary>Why tables cannot be written at present; null where they can.</summary>
    public DiskException? Trouble => trouble;

    public bool MustWait => hasToWait;

    public bool MergeMustWait => mergeWait > 0;

    /// <summary>Asks for another attempt, from any thread; false where nothing waits for one.</summary>
    public bool Request()
    {
        if (!hasToWait && mergeWait == 0)
            return false;
        isRequested = true;
        return true;
    }

    public void TakeRequest()
    {
        if (!isRequested)
            return;
        isRequested = false;
        hasToWait = false;
        mergeWait = Math.Max(0, mergeWait - 1);
    }

    public void Failed(DiskException failure)
    {
        trouble = failure;
        failuresInRow++;
        hasToWait = failure is DiskFullException || failuresInRow > 1;
        if (failure is not DiskFullException || isFull)
            return;
        Marks.TablesOutOfSpace.Hit();
        isFull = true;
        events.OutOfSpace(true);
    }

    public void MergeFailed(DiskException failure)
    {
        trouble = failure;
        Marks.MergeFailed.Hit();
        mergeWait = Math.Min(MergeWaitMax, 1 << Math.Min(mergeFailuresInRow, 16));
        mergeFailuresInRow++;
    }

    public void Succeeded()
    {
        trouble = null;
        failuresInRow = 0;
        mergeFailuresInRow = 0;
        if (!isFull)
            return;
        Marks.TablesHaveSpaceAgain.Hit();
        isFull = false;
        events.OutOfSpace(false);
    }

    /// <summary>A table was deleted: what waits for room may find it.</summary>
    public void RoomWasMade() => hasToWait = false;
}
