using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lutra.Storage.Files;

/// <summary>What Windows offers in place of fsync; it reports its errors.</summary>
internal static partial class WindowsCalls
{
    /// <summary>0 or the error number.</summary>
    public static int SyncData(SafeFileHandle handle) => FlushFileBuffers(handle) ? 0 : Marshal.GetLastPInvokeError();

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool FlushFileBuffers(SafeFileHandle handle);
}
