using System.Runtime.InteropServices;

namespace Lutra.Storage.Files;

/// <summary>Turns what the operating system and the base library say into <see cref="DiskException"/>s.</summary>
internal static class OsErrors
{
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);

    /// <summary>For a call that returned an error number.</summary>
    public static DiskException Of(string path, string operation, int error)
    {
        if (!OperatingSystem.IsWindows() && UnixCalls.IsNoSpace(error))
            return new DiskFullException(path, operation);
        if (!OperatingSystem.IsWindows() && UnixCalls.IsNoPermission(error))
            return NoPermission(path, operation, null);
        return new DiskException(path, operation, $"{Marshal.GetPInvokeErrorMessage(error)} (error {error})");
    }

    /// <summary>For an exception of the base library; on Unix its HResult is the error number.</summary>
    public static DiskException Of(string path, string operation, Exception exception) => exception switch
    {
        DiskException known => known,
        UnauthorizedAccessException => NoPermission(path, operation, exception),
        FileNotFoundException or DirectoryNotFoundException => new DiskException(path, operation, "no such file or folder", exception),
        IOException { HResult: WindowsDiskFull or WindowsHandleDiskFull } => new DiskFullException(path, operation, exception),
        IOException { HResult: var error } when !OperatingSystem.IsWindows() && UnixCalls.IsNoSpace(error) =>
            new DiskFullException(path, operation, exception),
        _ => new DiskException(path, operation, exception.Message, exception),
    };

    /// <summary>Whether <see cref="Of(string, string, Exception)"/> knows what to make of it.</summary>
    public static bool IsKnown(Exception exception) => exception is IOException or UnauthorizedAccessException;

    private static DiskException NoPermission(string path, string operation, Exception? inner) => new(
        path,
        operation,
        $"permission denied for user '{Environment.UserName}': the data folder and all in it must be this user's to read and write",
        inner);
}
