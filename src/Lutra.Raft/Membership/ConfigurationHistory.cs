namespace Lutra.Raft;

/// <summary>
/// The configurations that may still matter: the last committed one and every one appended after it. The newest is in force, committed
/// or not; truncating its entry brings back the one before (Raft paper, section 6; pitfall M05).
/// </summary>
internal sealed class ConfigurationHistory
{
    // Far more than come and go while a request is on its way.
    private const int RememberedMax = 1024;

    // Ascending by index; never empty. The first is committed and can therefore not be rolled back.
    private readonly List<(LogIndex Index, Configuration Configuration)> known = [];

    // Up to where in the log each node was among the members, of those that were since the place below, as far as that is committed. What may yet be truncated says the
    // list above: who was a member only in an entry that was, never was one, and is not kept out for it.
    private readonly SortedDictionary<NodeId, LogIndex> lastAt = [];
    private LogIndex remembersSince;

    public ConfigurationHistory(LogIndex index, Configuration committed)
    {
        known.Add((index, committed));
        remembersSince = index;
        Remember(index, committed);
    }

    /// <summary>The configuration in force.</summary>
    public Configuration Active => known[^1].Configuration;

    /// <summary>Where its entry is; for one that came with a state, the index of that state.</summary>
    public LogIndex ActiveIndex => known[^1].Index;

    public void Append(LogIndex index, Configuration configuration)
    {
        Invariant.Holds(index > ActiveIndex, "Configurations are appended in the order of the log.");
        known.Add((index, configuration));
    }

    /// <summary>Whether a node that is no member was one after <paramref name="index"/>. True, too, where this process cannot know.</summary>
    public bool MayHaveBeenMemberSince(NodeId node, LogIndex index) => index < remembersSince || LastAt(node) > index;

    /// <summary>Whether this process has seen it among the members, in an entry that was not truncated.</summary>
    public bool WasSeenAsMember(NodeId node) => LastAt(node) is not null;

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
        {
            Remember(known[1].Index, known[0].Configuration);
            known.RemoveAt(0);
            Remember(known[0].Index, known[0].Configuration);
        }
    }

    /// <summary>
    /// A state at <paramref name="index"/> with its configuration replaces what the log said up to there (pitfall M06);
    /// <paramref name="keepSuffix"/>: entries after it stay, and with them their configurations.
    /// </summary>
    public void InstallSnapshot(LogIndex index, Configuration configuration, bool keepSuffix)
    {
        // A log that agrees with the state was committed up to there. What another one says there may never have been.
        if (keepSuffix)
            Commit(index);
        known.RemoveAll(one => !keepSuffix || one.Index <= index);
        known.Insert(0, (index, configuration));
        remembersSince = index > remembersSince ? index : remembersSince;
        Remember(index, configuration);
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

    /// <summary>Null: it was not seen among the members.</summary>
    private LogIndex? LastAt(NodeId node)
    {
        for (var at = known.Count - 1; at >= 0; at--)
        {
            if (known[at].Configuration.MemberOf(node) is not null)
                return known[Math.Min(at + 1, known.Count - 1)].Index;
        }

        return lastAt.TryGetValue(node, out var last) ? last : null;
    }

    private void Remember(LogIndex index, Configuration configuration)
    {
        if (lastAt.Count > RememberedMax)
        {
            lastAt.Clear();
            remembersSince = index;
        }

        foreach (var member in configuration.Members)
        {
            if (member.Node is { } node)
                lastAt[node] = index;
        }
    }
}
