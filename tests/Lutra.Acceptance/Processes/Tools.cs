namespace Lutra.Acceptance.Processes;

/// <summary>
/// Outside tools. A test whose tool is missing is not run: it is skipped with the reason, and counted as such. Where LUTRA_REQUIRE_TOOLS=1 it fails, unless nobody could install
/// the tool: who may mount and make networks is the machine's to say.
/// </summary>
internal static class Tools
{
    public static void Require(string tool)
    {
        if (!IsThere(tool))
            Missing($"{tool} is not on the PATH", tool);
    }

    public static bool IsThere(string tool) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(path => File.Exists(Path.Combine(path, tool)));

    /// <summary>Something that .ci/run installs is not there.</summary>
    /// <param name="tool">Its name: .ci/run says in LUTRA_UNAVAILABLE_TOOLS which it could not get.</param>
    public static void Missing(string reason, string tool)
    {
        var isUnavailable = (Environment.GetEnvironmentVariable("LUTRA_UNAVAILABLE_TOOLS") ?? "").Split(' ').Contains(tool);
        if (Environment.GetEnvironmentVariable("LUTRA_REQUIRE_TOOLS") == "1" && !isUnavailable)
            Assert.Fail($"{reason}, and LUTRA_REQUIRE_TOOLS=1.");
        NotRun(reason);
    }

    public static void NotRun(string reason) => Assert.Skip($"Not run: {reason}.");
}
