using Lutra.Storage.Files;
using Lutra.Storage.Log.Format;
using Lutra.Storage.Log.Slots;

namespace Lutra.Storage.Log.Recovery;

/// <summary>
/// Makes the files of a new log. The start file gets its name last: before that there is no log and creating begins anew, after that
/// every file must be there, so a lost hard state is never taken for that of a new node (pitfall D12).
/// </summary>
internal static class NewLog
{
    public static void CreateUnlessThere(IFiles files, LogIdentity identity)
    {
        files.CreateDirectory(SegmentName.Folder);
        files.SyncDirectory("");
        if (files.Exists(LogStart.Path))
            return;
        RequireNothingThere(files, identity);
        foreach (var name in files.List(SegmentName.Folder))
            files.Delete($"{SegmentName.Folder}/{name}");
        HardStateFile.Create(files, identity).Dispose();
        files.SyncDirectory(SegmentName.Folder);
        Span<byte> value = stackalloc byte[LogStart.ValueBytes];
        LogStart.OfNewLog.Write(value);
        SlotFile.Create(files, LogStart.UnfinishedPath, LogStart.Magic, identity, value).Dispose();
        files.Rename(LogStart.UnfinishedPath, LogStart.Path);
        files.SyncDirectory(SegmentName.Folder);
    }

    private static void RequireNothingThere(IFiles files, LogIdentity identity)
    {
        if (files.Exists(HardStateFile.Path) && HoldsHardState(files, identity))
            throw new DamagedFileException($"{files.Location}/{LogStart.Path}", 0, "it is missing beside a hard state that is not new");
        if (files.List(SegmentName.Folder).Any(name => SegmentName.TryParse(name, out _)))
            throw new DamagedFileException($"{files.Location}/{LogStart.Path}", 0, "it is missing beside segments of a log");
    }

    // A creation that was interrupted leaves a file that is new or not whole.
    private static bool HoldsHardState(IFiles files, LogIdentity identity)
    {
        try
        {
            using var slots = HardStateFile.Open(files, identity);
            return HardStateFile.Read(slots.Value) != default;
        }
        catch (DamagedFileException)
        {
            return false;
        }
    }
}
