namespace Lutra.Simulation.Disk;

/// <summary>What a test makes go wrong on one disk. Counts are counts from now: 1 is the next one; each happens once.</summary>
public sealed class DiskFaults
{
    private readonly List<Action> stalled = [];
    private bool stallSyncs;

    /// <summary>This many writes from now, one fails with EIO; half of it is written. 0: none.</summary>
    public int FailWriteIn { get; set; }

    /// <summary>This many reads from now, one fails with EIO. 0: none.</summary>
    public int FailReadIn { get; set; }

    /// <summary>This many reads from now, one brings a byte that the disk does not hold. 0: none.</summary>
    public int MisreadIn { get; set; }

    /// <summary>While true, everything that would change names or bytes is refused.</summary>
    public bool IsReadOnly { get; set; }

    /// <summary>
    /// This many syncs (of files or folders) from now, one fails with EIO. What it should have made durable is dropped, and the next
    /// sync says that all is well, as Linux does (pitfall D02). 0: none.
    /// </summary>
    public int FailSyncIn { get; set; }

    /// <summary>The next sync of a path that contains this fails as by <see cref="FailSyncIn"/>. Null: none.</summary>
    public string? FailSyncOn { get; set; }

    /// <summary>
    /// This many operations from now, one is begun and the machine halts: the test then cuts the power or starts another process. A sweep
    /// over it meets every state that a procedure leaves on disk. 0: none.
    /// </summary>
    public int CrashIn { get; set; }

    /// <summary>
    /// The next operation that contains this crashes as <see cref="CrashIn"/> does: "sync of log/", "rename of tables/manifest". For procedures that are too
    /// rare for a count to meet them. Null: none.
    /// </summary>
    public string? CrashOn { get; set; }

    /// <summary>The most bytes that all files may have together; what goes beyond is refused, a write in part. Null: no limit.</summary>
    public long? QuotaBytes { get; set; }

    /// <summary>While true, submitted syncs are not completed (pitfall D10). Made false, they are.</summary>
    public bool StallSyncs
    {
        get => stallSyncs;
        set
        {
            stallSyncs = value;
            if (value)
                return;
            var released = stalled.ToArray();
            stalled.Clear();
            foreach (var completion in released)
                completion();
        }
    }

    internal void Stall(Action completion) => stalled.Add(completion);

    internal bool IsReadFailing() => IsDue(FailReadIn, left => FailReadIn = left);

    internal bool IsMisreading() => IsDue(MisreadIn, left => MisreadIn = left);

    internal bool IsWriteFailing() => IsDue(FailWriteIn, left => FailWriteIn = left);

    internal bool IsSyncFailing(string path)
    {
        if (FailSyncOn is null || !path.Contains(FailSyncOn, StringComparison.Ordinal))
            return IsDue(FailSyncIn, left => FailSyncIn = left);
        FailSyncOn = null;
        return true;
    }

    internal bool IsCrashing(string operation, string path)
    {
        if (CrashOn is null || !$"{operation} of {path}".Contains(CrashOn, StringComparison.Ordinal))
            return IsDue(CrashIn, left => CrashIn = left);
        CrashOn = null;
        return true;
    }

    private static bool IsDue(int count, Action<int> set)
    {
        if (count == 0)
            return false;
        set(count - 1);
        return count == 1;
    }
}
