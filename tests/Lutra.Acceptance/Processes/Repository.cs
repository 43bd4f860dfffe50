namespace Lutra.Acceptance.Processes;

/// <summary>Where the sources of this build are.</summary>
internal static class Repository
{
    public static string Root()
    {
        var at = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(at, "scripts", "start-cluster.sh")))
            at = Path.GetDirectoryName(at) ?? throw new InvalidOperationException("The repository is not above this test.");
        return at;
    }
}
