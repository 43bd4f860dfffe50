namespace Lutra.Cli.Certificates;

/// <summary>A file that only its owner may read, such as one with a private key.</summary>
internal static class PrivateFile
{
    /// <summary>Takes the place of what was there in one step.</summary>
    public static void Write(string path, string text)
    {
        var next = $"{path}.new";
        File.Delete(next);
        var how = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var writer = new StreamWriter(next, how))
            writer.Write(text);
        File.Move(next, path, overwrite: true);
    }
}
