namespace Lutra.Simulation.Checking;

/// <summary>
/// Looks for an order of a history that a sequential model could have produced (Wing and Gong, "Testing and Verifying Concurrent Objects"), remembering which
/// sets of operations led to which states (Lowe, "Testing for Linearizability"), so that no part is searched twice.
/// </summary>
/// <param name="stepsMax">The most operations that are tried before it gives up.</param>
public sealed class LinearizabilityChecker<TState, TOperation>(ISequentialModel<TState, TOperation> model, long stepsMax = 50_000_000)
    where TState : IEquatable<TState>
{
    public Verdict Check(IReadOnlyList<TimedOperation<TOperation>> history)
    {
        ArgumentNullException.ThrowIfNull(history);
        var events = new EventChain<TOperation>(history);
        var known = history.Count(operation => !operation.IsUnknown);
        var done = new OperationSet(history.Count);
        var visited = new HashSet<(OperationSet Done, TState State)>();
        var path = new Stack<(int Operation, TState Before)>();
        var state = model.Initial;
        var doneKnown = 0;
        int[] longest = [];
        int? misfit = null;
        var steps = 0L;
        for (var at = events.First; doneKnown < known;)
        {
            if (at is { IsCall: true } call)
            {
                if (++steps > stepsMax)
                    return new Verdict(VerdictKind.Undecided, longest, null);
                var operation = history[call.Operation];
                if (model.TryApply(state, operation.What, operation.IsUnknown, out var next) && visited.Add((done.With(call.Operation), next)))
                {
                    path.Push((call.Operation, state));
                    done = done.With(call.Operation);
                    state = next;
                    doneKnown += operation.IsUnknown ? 0 : 1;
                    events.TakeOut(call.Operation);
                    at = events.First;
                }
                else
                {
                    at = call.Next;
                }

                continue;
            }

            // An answer whose operation has not taken effect yet, or the end: whatever comes next must have come before it.
            if (path.Count >= longest.Length && at is not null)
                (longest, misfit) = ([.. path.Reverse().Select(step => step.Operation)], at.Operation);
            if (!path.TryPop(out var last))
                return new Verdict(VerdictKind.NotLinearizable, longest, misfit);
            state = last.Before;
            done = done.Without(last.Operation);
            doneKnown -= history[last.Operation].IsUnknown ? 0 : 1;
            at = events.PutBack(last.Operation).Next;
        }

        return new Verdict(VerdictKind.Linearizable, [.. path.Reverse().Select(step => step.Operation)], null);
    }
}
