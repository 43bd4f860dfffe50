using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lutra.Storage.Files;

/// <summary>
/// The calls to libc whose results the base library hides or does not offer (pitfalls X01, X02). Each returns 0 or the error number.
/// Only an interrupted call is repeated: after any other failure the kernel may have called the pages clean (pitfall D02).
/// </summary>
internal static partial class UnixCalls
{
    private const int Interrupted = 4;
    private const int LockExclusive = 2;
    private const int LockWithoutWaiting = 4;
    private const int FullSync = 51;
    private const int ReadOnly = 0;
    private static readonly int closeOnExec = OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;

    public static bool IsWouldBlock(int error) => error == (OperatingSystem.IsMacOS() ? 35 : 11);

    public static bool IsNoSpace(int error) => error == 28 || error == (OperatingSystem.IsMacOS() ? 69 : 122);

    public static bool IsNoPermission(int error) => error is 1 or 13;

    /// <summary>The bytes of a file, and what of its metadata is needed to read them.</summary>
    public static int SyncData(SafeFileHandle handle)
    {
        int error;
        do
        {
            error = ErrorOf(OperatingSystem.IsMacOS() ? SyncToMedium(handle) : FdataSync(handle));
        }
        while (error == Interrupted);
        return error;
    }

    /// <summary>The names in a folder.</summary>
    public static int SyncFolder(string path)
    {
        using var handle = OpenToRead(path, out var error);
        if (handle is null)
            return error;
        do
        {
            error = ErrorOf(OperatingSystem.IsMacOS() ? SyncToMedium(handle) : FSync(handle));
        }
        while (error == Interrupted);
        return error;
    }

    /// <summary>Opens a file or a folder without the shared lock that the base library takes; null and the error number where it cannot.</summary>
    public static SafeFileHandle? OpenToRead(string path, out int error)
    {
        int descriptor;
        do
        {
            descriptor = Open(path, ReadOnly | closeOnExec);
            error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (error == Interrupted);
        return error == 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : null;
    }

    /// <summary>An advisory lock that the kernel lets go when the process ends, however it ends (pitfall D13).</summary>
    public static int TryLock(SafeFileHandle handle)
    {
        int error;
        do
        {
            error = ErrorOf(FLock(handle, LockExclusive | LockWithoutWaiting));
        }
        while (error == Interrupted);
        return error;
    }

    public static int Move(string from, string to) => ErrorOf(Rename(from, to));

    // On macOS fsync leaves the data in the drive's cache; file systems that do not know F_FULLFSYNC get the plain call.
    private static int SyncToMedium(SafeFileHandle handle) => FCntl(handle, FullSync) == 0 ? 0 : FSync(handle);

    private static int ErrorOf(int result) => result == 0 ? 0 : Marshal.GetLastPInvokeError();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FdataSync(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FCntl(SafeFileHandle handle, int command);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int FLock(SafeFileHandle handle, int operation);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);
}
