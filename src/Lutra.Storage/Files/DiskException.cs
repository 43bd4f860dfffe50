namespace Lutra.Storage.Files;

/// <summary>The operating system could not do what was asked. The message names the file, the call and the error.</summary>
public class DiskException(string path, string operation, string reason, Exception? inner = null)
    : IOException($"{operation} of {path} failed: {reason}", inner)
{
    public string Path { get; } = path;
}

/// <summary>No room: the write did not happen, or only in part.</summary>
public sealed class DiskFullException(string path, string operation, Exception? inner = null)
    : DiskException(path, operation, "no space left on the device", inner);

/// <summary>The disk neither did it nor said that it failed, for <paramref name="seconds"/>: what was promised meanwhile is unknown.</summary>
public sealed class DiskStuckException(string path, string operation, int seconds)
    : DiskException(path, operation, $"the disk has not ended it within {seconds} s");

/// <summary>Another process holds the data folder.</summary>
public sealed class FolderInUseException(string location, string? holder)
    : DiskException(location, "lock", $"another process uses this folder{(holder is null ? "" : $" ({holder})")}");

/// <summary>Bytes on disk are not what was written: the checksum, the format or the order is wrong.</summary>
public class DamagedFileException(string path, long offsetBytes, string reason)
    : DiskException(path, "read", $"damaged at byte {offsetBytes}: {reason}")
{
    public long OffsetBytes { get; } = offsetBytes;
}
