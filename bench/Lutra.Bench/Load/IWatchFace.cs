namespace Lutra.Bench.Load;

/// <summary>How watchers are opened at a node.</summary>
internal interface IWatchFace : IDisposable
{
    /// <summary>What it is and how they are spread, for the one who reads the figures.</summary>
    string Description { get; }

    /// <summary>Watchers of what is written all the time; returns when the server has said where each begins.</summary>
    Task<IReadOnlyList<CountedWatcher>> OpenAsync(int count);

    /// <summary>One more that reads all that begins so.</summary>
    Task<CountedWatcher> OpenQuickAsync(string prefix);

    /// <summary>Some that ask for all that begins so, and do not read it until <see cref="ReadOn"/>.</summary>
    Task<IReadOnlyList<CountedWatcher>> OpenSlowAsync(string prefix);

    void ReadOn();
}
