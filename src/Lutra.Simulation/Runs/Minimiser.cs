using System.Collections.Immutable;

namespace Lutra.Simulation.Runs;

/// <summary>
/// Makes a failing world smaller as long as it fails in the same way: kinds of faults and workloads are left out, the run is cut short, nodes and clients are
/// fewer, until nothing can go any more. Every draw has a stream of its own, so what stays goes on to happen much as before.
/// </summary>
/// <param name="run">Runs a world; its violation, null where it holds.</param>
/// <param name="runsMax">After so many runs the smallest so far is the answer.</param>
public sealed class Minimiser(Func<World, string?> run, int runsMax)
{
    private static readonly TimeSpan shortest = TimeSpan.FromSeconds(1);

    private string wanted = "";
    private World best = null!;
    private int runs;

    /// <summary>The smallest world found that fails as <paramref name="failing"/> does with <paramref name="violation"/>.</summary>
    public World Minimise(World failing, string violation)
    {
        wanted = KindOf(violation);
        best = failing;
        runs = 0;
        World before;
        do
        {
            before = best;
            LeaveOutFaults();
            LeaveOutWorkloads();
            CutShort();
            TakeFewer();
        }
        while (best != before && runs < runsMax);
        return best;
    }

    // What is wrong, without the nodes, times and numbers that differ from world to world.
    private static string KindOf(string violation)
    {
        var line = violation.Split('\n')[0];
        var end = line.IndexOfAny(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'], line.StartsWith('I') ? line.IndexOf(':', StringComparison.Ordinal) + 1 : 0);
        return end < 0 ? line : line[..end];
    }

    private bool Try(World smaller)
    {
        if (runs >= runsMax)
            return false;
        runs++;
        if (run(smaller) is not { } violation || KindOf(violation) != wanted)
            return false;
        best = smaller;
        return true;
    }

    // Half of them at once first, then one by one.
    private void LeaveOutFaults()
    {
        var half = best.Faults.Length / 2;
        if (half > 0 && !Try(best with { Faults = best.Faults[half..] }))
            Try(best with { Faults = best.Faults[..half] });
        foreach (var fault in best.Faults)
            Try(best with { Faults = best.Faults.Remove(fault) });
    }

    private void LeaveOutWorkloads()
    {
        foreach (var workload in best.Workloads)
        {
            if (best.Workloads.Length > 1)
                Try(best with { Workloads = best.Workloads.Remove(workload) });
        }
    }

    private void CutShort()
    {
        while (best.FaultsFor >= 2 * shortest && Try(best with { FaultsFor = Whole(best.FaultsFor / 2) }))
        {
            // Halved again and again.
        }

        var tooShort = Whole(best.FaultsFor / 2);
        while (best.FaultsFor - tooShort > shortest && runs < runsMax)
        {
            var middle = Whole((best.FaultsFor + tooShort) / 2);
            if (middle <= tooShort || middle >= best.FaultsFor)
                return;
            if (!Try(best with { FaultsFor = middle }))
                tooShort = middle;
        }
    }

    private void TakeFewer()
    {
        if (best.BareMajority)
            Try(best with { BareMajority = false });
        if (best.BeyondBudget)
            Try(best with { BeyondBudget = false });
        foreach (var voters in ImmutableArray.Create(1, 2, 3, 5))
        {
            if (voters < best.Voters && Try(best with { Voters = voters }))
                break;
        }

        while (best.Clients > 1 && Try(best with { Clients = best.Clients / 2 }))
        {
            // Halved again and again.
        }
    }

    // The command line takes milliseconds.
    private static TimeSpan Whole(TimeSpan time) => TimeSpan.FromMilliseconds(Math.Round(time.TotalMilliseconds));
}
