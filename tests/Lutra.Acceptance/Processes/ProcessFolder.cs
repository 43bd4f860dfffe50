namespace Lutra.Acceptance.Processes;

/// <summary>A folder and the processes that were started with it; neither outlives the test.</summary>
internal sealed class ProcessFolder : IDisposable
{
    private readonly List<LutraProcess> started = [];

    public string Path { get; } = Directory.CreateTempSubdirectory("lutra-acceptance-").FullName;

    /// <summary>In the order in which they were added.</summary>
    public IReadOnlyList<LutraProcess> Started => started;

    /// <summary>What all of them wrote, for whoever wonders why nothing happens.</summary>
    public string Story => string.Join("\n\n", started.Select(process => process.Output));

    /// <summary>Sees to the process's end.</summary>
    public LutraProcess Add(LutraProcess process)
    {
        started.Add(process);
        return process;
    }

    public void Dispose()
    {
        foreach (var process in started)
            process.Dispose();
        Directory.Delete(Path, recursive: true);
    }
}
