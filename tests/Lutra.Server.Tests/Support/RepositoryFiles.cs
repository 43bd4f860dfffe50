using System.Runtime.CompilerServices;

namespace Lutra.Server.Tests.Support;

/// <summary>Files of the repository that tests hold against the program.</summary>
internal static class RepositoryFiles
{
    public static string Read(string path) => File.ReadAllText(Path.Combine(Root(), path));

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
}
