using System.Globalization;
using System.Text.Json.Nodes;
using Lutra.Keyspace.Snapshots;
using Lutra.Storage.Files;

namespace Lutra.Cli.Snapshots;

/// <summary>A snapshot by its path: the folder that holds it, and its name there.</summary>
internal sealed class SnapshotFile
{
    private readonly OsFiles folder;
    private readonly string name;

    /// <exception cref="LutraException">The path cannot be one.</exception>
    public SnapshotFile(string path)
    {
        Path = path;
        var full = System.IO.Path.GetFullPath(path.Length > 0 ? path : throw Refused("The name of the file is empty."));
        var parent = System.IO.Path.GetDirectoryName(full);
        name = System.IO.Path.GetFileName(full);
        if (parent is null || name.Length == 0 || Directory.Exists(full))
            throw Refused($"{path} is a folder. Name a file.");
        if (!Directory.Exists(parent))
            throw Refused($"There is no folder {parent}. Make it, or name another file.");
        folder = new OsFiles(parent);
    }

    public string Path { get; }

    public bool Exists => folder.Exists(name);

    private string UnfinishedName => name + ".unfinished";

    public IFile Open()
    {
        if (!Exists)
            throw Refused($"There is no file {Path}.");
        return folder.Open(name, writable: false);
    }

    /// <summary>A file under another name, until <see cref="Finish"/>: half a snapshot is never taken for one.</summary>
    public IFile CreateUnfinished()
    {
        DeleteUnfinished();
        return folder.Create(UnfinishedName);
    }

    /// <summary>Its bytes are durable: now its name is.</summary>
    public void Finish()
    {
        folder.Rename(UnfinishedName, name);
        folder.SyncDirectory("");
    }

    public void DeleteUnfinished()
    {
        if (folder.Exists(UnfinishedName))
            folder.Delete(UnfinishedName);
    }

    /// <summary>Reads a snapshot to its end, so that it is known to be whole.</summary>
    public static SnapshotReader ReadWhole(IFile file, Action<double> progress)
    {
        const long stepBytes = 1 << 20;
        var reader = new SnapshotReader(file);
        for (var toldBytes = 0L; reader.Next();)
        {
            if (reader.PositionBytes - toldBytes < stepBytes)
                continue;
            toldBytes = reader.PositionBytes;
            progress((double)reader.PositionBytes / reader.LengthBytes);
        }
        progress(1);
        return reader;
    }

    public static JsonObject Json(string path, SnapshotReader read) => new()
    {
        ["file"] = path,
        ["format"] = SnapshotHeader.FormatVersion,
        ["cluster"] = read.Header.Cluster.ToString(),
        ["revision"] = read.Header.Revision.Value,
        ["index"] = read.Header.Position.Index.Value,
        ["term"] = read.Header.Position.Term.Value,
        ["created"] = Created(read.Header),
        ["keys"] = read.KeyCount,
        ["leases"] = read.LeaseCount,
        ["sessions"] = read.SessionCount,
        ["bytes"] = read.LengthBytes,
        ["sha256"] = Hash(read),
        ["members"] = new JsonArray([.. read.Configuration.Members.Select(member => (JsonNode)$"{member.Label}={member.ClientAddress}")]),
    };

    public static string Hash(SnapshotReader read) => Convert.ToHexStringLower(read.Sha256.AsSpan());

    // Whatever number stands there: a time that no calendar has is shown as the number.
    public static string Created(SnapshotHeader header) =>
        header.CreatedMillis is >= 0 and <= 253_402_300_799_999
            ? DateTimeOffset.FromUnixTimeMilliseconds(header.CreatedMillis).ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)
            : header.CreatedMillis.ToString(CultureInfo.InvariantCulture);

    public static string Size(long bytes) => bytes switch
    {
        < 10 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes"),
        < 10 * 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024 / 1024} MiB"),
    };

    private static LutraException Refused(string message) => new(LutraError.InvalidArgument, message);
}
