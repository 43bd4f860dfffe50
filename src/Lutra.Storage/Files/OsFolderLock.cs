using System.Globalization;
using System.Text;

namespace Lutra.Storage.Files;

/// <summary>
/// Holds a data folder for this process (pitfall D13). The operating system lets go when the process ends, so a file left behind by a
/// crash holds nothing. The file names the holder's process id, for the message that another process shows.
/// </summary>
internal sealed class OsFolderLock : IDisposable
{
    private const int HolderBytesMax = 20;
    private readonly FileStream stream;

    private OsFolderLock(FileStream stream) => this.stream = stream;

    public static OsFolderLock Take(string path, string location)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            // On Windows the share mode is the lock, and others may read. Elsewhere it is flock, which a setting of the runtime switches
            // off (DOTNET_SYSTEM_IO_DISABLEFILELOCKING), so it is taken once more below.
            Share = OperatingSystem.IsWindows() ? FileShare.Read : FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        FileStream? stream = null;
        try
        {
            stream = new FileStream(path, options);
            var error = OperatingSystem.IsWindows() ? 0 : UnixCalls.TryLock(stream.SafeFileHandle);
            if (error != 0 && UnixCalls.IsWouldBlock(error))
                throw new FolderInUseException(location, ReadHolder(path));
            if (error != 0)
                throw OsErrors.Of(path, "flock", error);
            stream.SetLength(0);
            stream.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            return new OsFolderLock(stream);
        }
        catch (Exception exception) when (OsErrors.IsKnown(exception))
        {
            stream?.Dispose();
            if (IsHeldByAnother(exception))
                throw new FolderInUseException(location, ReadHolder(path));
            throw OsErrors.Of(path, "lock", exception);
        }
    }

    public void Dispose() => stream.Dispose();

    private static bool IsHeldByAnother(Exception exception) => OperatingSystem.IsWindows()
        ? exception.HResult == unchecked((int)0x80070020)
        : exception is IOException and not DiskException && UnixCalls.IsWouldBlock(exception.HResult);

    // Anybody may have written the file: only a short number is believed.
    private static string? ReadHolder(string path)
    {
        try
        {
            using var handle = OperatingSystem.IsWindows()
                ? File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete)
                : UnixCalls.OpenToRead(path, out _);
            if (handle is null)
                return null;
            Span<byte> bytes = stackalloc byte[HolderBytesMax];
            var text = Encoding.ASCII.GetString(bytes[..RandomAccess.Read(handle, bytes, 0)]);
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var process) ? $"process {process}" : null;
        }
        catch (Exception exception) when (OsErrors.IsKnown(exception))
        {
            return null;
        }
    }
}
