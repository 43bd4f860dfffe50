using Lutra.Storage.Tables;

namespace Lutra.Keyspace;

/// <summary>
/// What merges may forget: versions below the compaction floor that no one can ask for, and ended sessions' remains. It learns the floor
/// from the merged tables themselves, whose first entry is the state. So a merge never goes by a floor that is not yet on disk: after a
/// power cut the log's tail is replayed on tables that still hold every version it can ask for (pitfalls S07, K05).
/// </summary>
public sealed class KeyspaceMergeRule : IMergeRule
{
    public IMergePass Begin(bool includesOldest) => new KeyspaceMergePass(includesOldest);
}
