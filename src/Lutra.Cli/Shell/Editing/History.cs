namespace Lutra.Cli.Shell.Editing;

/// <summary>The lines that were typed before, kept in a file that only its owner reads, as soon as they are typed. A file that cannot be read or written costs nothing but the history.</summary>
internal sealed class History
{
    /// <summary>The most lines that are kept.</summary>
    public const int LinesMax = 1000;

    /// <summary>A longer line is not kept: it was pasted data.</summary>
    public const int LineLengthMax = 4096;

    private const long FileBytesMax = 2L * LinesMax * LineLengthMax;

    private string? path;
    private readonly List<string> lines = [];

    /// <param name="path">Null: the history ends with the session.</param>
    public History(string? path)
    {
        this.path = path;
        if (path is null)
            return;
        try
        {
            if (!File.Exists(path) || new FileInfo(path).Length > FileBytesMax)
                return;
            var kept = File.ReadLines(path).Where(line => line.Length is > 0 and <= LineLengthMax).ToArray();
            lines.AddRange(kept.TakeLast(LinesMax));
            if (kept.Length > 2 * LinesMax)
                Write(lines, FileMode.Create);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            this.path = null;
        }
    }

    public IReadOnlyList<string> Lines => lines;

    /// <summary>LUTRA_HISTORY, or <c>lutra/history</c> in the user's folder for local data; null where that is set to nothing or there is no such folder.</summary>
    public static string? DefaultPath()
    {
        if (Environment.GetEnvironmentVariable("LUTRA_HISTORY") is { } chosen)
            return chosen.Length == 0 ? null : chosen;
        var folder = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create);
        return folder.Length == 0 ? null : Path.Combine(folder, "lutra", "history");
    }

    /// <summary>Remembers a line, unless it is the last one again, too long, or of more lines than one.</summary>
    public void Add(string line)
    {
        if (line.Length is 0 or > LineLengthMax || line.Any(char.IsControl) || (lines.Count > 0 && lines[^1] == line))
            return;
        lines.Add(line);
        if (lines.Count > LinesMax)
            lines.RemoveAt(0);
        Write([line], FileMode.Append);
    }

    private void Write(IReadOnlyList<string> written, FileMode mode)
    {
        if (path is null)
            return;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            var open = new FileStreamOptions { Mode = mode, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                open.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var file = new StreamWriter(path, open);
            foreach (var line in written)
                file.WriteLine(line);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The history is a comfort: a session does not fail for it, and does not try again.
            path = null;
        }
    }
}
