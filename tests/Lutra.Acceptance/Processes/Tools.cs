namespace Lutra.Acceptance.Processes;

/// <summary>Outside tools: where one is missing the test is skipped with the reason, and fails where LUTRA_REQUIRE_TOOLS=1.</summary>
internal static class Tools
{
    public static void Require(string tool)
    {
        if (!IsThere(tool))
            Missing($"{tool} is not on the PATH");
    }

    public static bool IsThere(string tool) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(path => File.Exists(Path.Combine(path, tool)));

    public static void Missing(string reason)
    {
        if (Environment.GetEnvironmentVariable("LUTRA_REQUIRE_TOOLS") == "1")
            Assert.Fail($"{reason}, and LUTRA_REQUIRE_TOOLS=1.");
        Assert.Skip(reason);
    }
}
