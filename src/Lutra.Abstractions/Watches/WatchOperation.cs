namespace Lutra;

/// <summary>What to watch: every change in <paramref name="Range"/> from a revision on.</summary>
/// <param name="From">The first revision whose changes are wanted; none: those after now. One that is not there yet is waited for.</param>
/// <param name="ReturnPrevious">Say with each change what was there before, as far as that was not compacted away.</param>
/// <param name="NoPuts">Leave puts out.</param>
/// <param name="NoDeletes">Leave deletions out.</param>
/// <param name="ProgressEvery">
/// Where nothing happens in the range for so long, say up to which revision nothing did (a batch without events); null: only at the beginning.
/// </param>
public sealed record WatchOperation(
    KeyRange Range, Revision From = default, bool ReturnPrevious = false, bool NoPuts = false, bool NoDeletes = false, TimeSpan? ProgressEvery = null);
