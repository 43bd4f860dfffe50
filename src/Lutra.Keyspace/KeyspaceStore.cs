using Lutra.Keyspace.Commands;
using Lutra.Raft;
using Lutra.Storage.Tables;

namespace Lutra.Keyspace;

/// <summary>
/// The state machine: the versioned map and the small states beside it, kept in <see cref="TableStore"/>. Apply is deterministic: it reads no clock, no random,
/// no hash order and no option.
/// </summary>
public sealed class KeyspaceStore : IDisposable
{
    /// <summary>Takes over a table store that was opened with <see cref="KeyspaceMergeRule"/>.</summary>
    public static KeyspaceStore Open(TableStore tables, KeyspaceMergeRule rule) => throw new NotImplementedException();

    /// <summary>The configuration at <see cref="Applied"/>, as the log had it.</summary>
    public Configuration Configuration => throw new NotImplementedException();

    public LogPosition Applied => throw new NotImplementedException();

    public Revision Revision => throw new NotImplementedException();

    public Revision CompactRevision => throw new NotImplementedException();

    /// <summary>The feature level that the log has reached; entries that need a higher one than this build knows stop the node.</summary>
    public uint FeatureLevel => throw new NotImplementedException();

    /// <summary>
    /// Applies the next entry. <paramref name="wantResult"/> false: nobody here waits, so no answer is built. The effects are visible to readers after
    /// <see cref="Publish"/>. Applier only. Throws only for what must stop the node.
    /// </summary>
    public AppliedEntry Apply(in Entry entry, bool wantResult) => throw new NotImplementedException();

    /// <summary>Makes everything applied so far visible, at once.</summary>
    public void Publish() => throw new NotImplementedException();

    /// <summary>What was published last: a reader's world, unchanged until disposed. From any thread.</summary>
    public KeyspaceView Pin() => throw new NotImplementedException();

    /// <summary>A state was installed under this store: read the small states anew. Applier only.</summary>
    public void Reload() => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}

/// <summary>What an applied entry means to the one who waits for it.</summary>
/// <param name="Proposal">Whose it is; default for entries that nobody proposed.</param>
/// <param name="Result">What it did; null where it was refused or no result was wanted.</param>
/// <param name="Refusal">Why it changed nothing; null where it was done.</param>
public readonly record struct AppliedEntry(ProposalId Proposal, OperationResult? Result, Refusal? Refusal);

/// <summary>A refusal decided by the state: the same on every node.</summary>
public sealed record Refusal(LutraError Error, string Message);

/// <summary>One state of the keyspace, for one thread at a time. Reads may be long: they stop nobody.</summary>
public sealed class KeyspaceView : IDisposable
{
    public LogPosition Applied => throw new NotImplementedException();

    public Revision Revision => throw new NotImplementedException();

    public Revision CompactRevision => throw new NotImplementedException();

    /// <summary>Reads; throws <see cref="LutraException"/> (compacted, future revision, too large an answer).</summary>
    public RangeResult Range(RangeOperation range) => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}

/// <summary>What merges may forget: versions below the compaction floor that no one can ask for, and ended sessions' remains.</summary>
public sealed class KeyspaceMergeRule : IMergeRule
{
    public IMergePass Begin(bool includesOldest) => throw new NotImplementedException();
}
