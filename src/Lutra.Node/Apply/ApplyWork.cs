using Lutra.Raft;

namespace Lutra.Node.Apply;

/// <summary>What waits for the applier, in log order.</summary>
internal interface IApplyWork;

/// <param name="entries">Committed, without a gap.</param>
internal sealed class EntriesToApply(IReadOnlyList<Entry> entries, long sizeBytes) : IApplyWork
{
    public IReadOnlyList<Entry> Entries { get; } = entries;

    public long SizeBytes { get; } = sizeBytes;

    /// <summary>How many of them are applied.</summary>
    public int Done { get; set; }
}

/// <summary>A verified state that replaces everything.</summary>
internal sealed class StateToInstall(LogPosition position, Configuration configuration, IReadOnlyList<string> files) : IApplyWork
{
    private volatile bool installed;

    public LogPosition Position { get; } = position;

    public Configuration Configuration { get; } = configuration;

    public IReadOnlyList<string> Files { get; } = files;

    public bool Submitted { get; set; }

    /// <summary>The manifest names it durably.</summary>
    public bool Installed
    {
        get => installed;
        set => installed = value;
    }
}
