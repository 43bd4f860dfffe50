namespace Lutra.Acceptance.Etcd.Differential;

/// <summary>Makes a sequence on which two stores differ smaller, as long as they still do.</summary>
internal static class Minimiser
{
    /// <summary>The smallest that was found, and where it differs.</summary>
    public static async Task<(IReadOnlyList<Step> Sequence, Disagreement Disagreement)> ReduceAsync(StorePair pair, IReadOnlyList<Step> sequence, Disagreement found)
    {
        // What comes after it has no part in it.
        Step[] smallest = [.. sequence.Take(found.Step + 1)];
        for (var piece = Math.Max(smallest.Length / 2, 1); ; piece /= 2)
        {
            for (var at = 0; at < smallest.Length;)
            {
                Step[] without = [.. smallest[..at], .. smallest[Math.Min(at + piece, smallest.Length)..]];
                if (without.Length > 0 && await pair.RunAsync(without) is { } still)
                    (smallest, found) = (without, still);
                else
                    at += piece;
            }

            if (piece <= 1)
                break;
        }

        for (var at = 0; at < smallest.Length; at++)
        {
            for (var call = smallest[at] is PassingStep passing ? passing.Calls.Count - 1 : -1; call >= 0; call--)
            {
                // Without its learner a sequence may ask for a voter, which would stop etcd.
                var calls = ((PassingStep)smallest[at]).Calls;
                if (calls[call].Chosen != 0)
                    continue;
                Step[] without = [.. smallest[..at], new PassingStep([.. calls.Where((_, each) => each != call)]), .. smallest[(at + 1)..]];
                if (await pair.RunAsync(without) is { } still)
                    (smallest, found) = (without, still);
            }
        }

        return (smallest, found);
    }
}
