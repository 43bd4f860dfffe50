using Lutra.Raft;

namespace Lutra.Node.Restore;

/// <summary>What a new cluster from the best folder could lack, told by the configuration that it knew.</summary>
/// <param name="Voters">How many voters there were.</param>
/// <param name="Majority">How many of them acknowledge a write.</param>
/// <param name="Here">The labels of those whose folders are here and whole.</param>
/// <param name="Missing">The labels of the others: any of them may be ahead.</param>
/// <param name="HasMajority">Those that are here can elect a leader: there is nothing to recover.</param>
/// <param name="MayHaveLost">Those that are missing are enough to have acknowledged a write that nobody here has.</param>
/// <param name="UncertainEntries">Entries at the end of the log that may never have been committed: they are kept.</param>
public sealed record LossReport(
    int Voters, int Majority, IReadOnlyList<string> Here, IReadOnlyList<string> Missing, bool HasMajority, bool MayHaveLost, ulong UncertainEntries)
{
    internal static LossReport Of(Survivor best, IReadOnlyList<Survivor> survivors)
    {
        var configuration = best.Configuration;
        var here = survivors.Select(survivor => survivor.Identity.Node).ToHashSet();
        var voters = configuration.Members.Where(member => member is { Role: not MemberRole.Learner, Node: not null })
            .OrderBy(member => Identity.Label.TryParse(member.Label, out _)).ToArray();
        string[] Labels(bool present) => [.. voters.Where(member => here.Contains(member.Node!.Value) == present).Select(member => member.Label)];

        // In the middle of a change both halves decide, each by its own majority (pitfall M03): a write is lost only where both may have lost it.
        var halves = new[] { configuration.Voters, configuration.OutgoingVoters }.Where(half => half.Count > 0).ToArray();
        var hasMajority = halves.All(half => half.Count(here.Contains) >= MajorityOf(half.Count));
        var mayHaveLost = halves.All(half => half.Count(node => !here.Contains(node)) >= MajorityOf(half.Count));
        return new LossReport(
            voters.Length, MajorityOf(voters.Length), Labels(present: true), Labels(present: false), hasMajority, mayHaveLost,
            best.Last.Index.Value - best.Committed.Index.Value);
    }

    private static int MajorityOf(int voters) => (voters / 2) + 1;
}
