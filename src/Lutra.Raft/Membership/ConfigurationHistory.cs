namespace Lutra.Raft;

/// <summary>
/// The configurations that may still matter: the last committed one and every one appended after it. The newest is in force, committed
/// or not; truncating its entry brings back the one before (Raft paper, section 6; pitfall M05).
/// </summary>
internal sealed class ConfigurationHistory
{
    // Ascending by index; never empty. The first is committed and can therefore not be rolled back.
    private readonly List<(LogIndex Index, Configuration Configuration)> known = [];

    public ConfigurationHistory(LogIndex index, Configuration committed) => known.Add((index, committed));

    /// <summary>The configuration in force.</summary>
    public Configuration Active => known[^1].Configuration;

    /// <summary>Where its entry is; for one that came with a state, the index of that state.</summary>
    public LogIndex ActiveIndex => known[^1].Index;

    public void Append(LogIndex index, Configuration configuration)
    {
        Invariant.Holds(index > ActiveIndex, "Configurations are appended in the order of the log.");
        known.Add((index, configuration));
    }

    /// <summary>The log was truncated from <paramref name="first"/> on. True: another configuration is in force.</summary>
    public bool TruncateFrom(LogIndex first)
    {
        var count = known.Count;
        while (known.Count > 1 && known[^1].Index >= first)
            known.RemoveAt(known.Count - 1);
        return known.Count != count;
    }

    /// <summary>Everything up to <paramref name="commit"/> is committed: older configurations will not come back.</summary>
    public void Commit(LogIndex commit)
    {
        while (known.Count > 1 && known[1].Index <= commit)
            known.RemoveAt(0);
    }

    /// <summary>
    /// A state at <paramref name="index"/> with its configuration replaces what the log said up to there (pitfall M06);
    /// <paramref name="keepSuffix"/>: entries after it stay, and with them their configurations.
    /// </summary>
    public void InstallSnapshot(LogIndex index, Configuration configuration, bool keepSuffix)
    {
        known.RemoveAll(one => !keepSuffix || one.Index <= index);
        known.Insert(0, (index, configuration));
    }

    /// <summary>
    /// Whether <paramref name="node"/> is a voter in a configuration that may be the one that counts: that of the newest entry, or one
    /// whose successors are not known to be committed (pitfall M08).
    /// </summary>
    public bool MayBeVoter(NodeId node)
    {
        foreach (var (_, configuration) in known)
        {
            if (configuration.IsVoter(node))
                return true;
        }

        return false;
    }
}
