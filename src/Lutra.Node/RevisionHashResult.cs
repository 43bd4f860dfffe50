namespace Lutra;

/// <summary>What a node's versions of keys come to.</summary>
/// <param name="Revision">The store's, when they were read.</param>
/// <param name="HashedUpTo">The last revision that is in it.</param>
/// <param name="CompactRevision">The compaction floor then; none: never compacted.</param>
public sealed record RevisionHashResult(Revision Revision, uint Hash, Revision HashedUpTo, Revision CompactRevision);
