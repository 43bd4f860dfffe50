using FsCheck;
using FsCheck.Fluent;
using Lutra.Simulation.Checking;
using History = System.Collections.Generic.List<Lutra.Simulation.Checking.TimedOperation<Lutra.Simulation.Checking.RegisterOperation>>;

namespace Lutra.Simulation.Tests.Checking;

/// <summary>The checker itself: histories that are right by construction, histories that are wrong by construction, and short ones against all orders.</summary>
public sealed class LinearizabilityCheckerTests
{
    private static readonly RegisterModel Model = new();

    [Fact]
    public void Two_hundred_legal_histories_are_accepted()
    {
        for (var seed = 0; seed < 200; seed++)
            Assert.Equal(VerdictKind.Linearizable, Check(Legal(new Random(seed), operations: 20 + seed)).Kind);
    }

    [Fact]
    public void Two_hundred_illegal_histories_are_refused()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var history = Legal(random, operations: 20 + (seed / 2));
            var end = history.Where(operation => !operation.IsUnknown).Max(operation => operation.Returned);
            switch (seed % 4)
            {
                case 0: // A value that nobody wrote.
                    history.Add(new(9, end + 1, end + 2, new(RegisterCall.Get, "never written")));
                    break;
                case 1: // An acknowledged write is gone.
                    history.Add(new(9, end + 10, end + 11, new(RegisterCall.Put, "lost")));
                    history.RemoveAll(operation => operation.IsUnknown);
                    history.Add(new(9, end + 12, end + 13, new(RegisterCall.Get)));
                    break;
                case 2: // A read goes back behind one that ended before it began.
                    history.RemoveAll(operation => operation.IsUnknown);
                    history.Add(new(9, end + 10, end + 11, new(RegisterCall.Put, "old")));
                    history.Add(new(9, end + 12, end + 20, new(RegisterCall.Put, "new")));
                    history.Add(new(8, end + 13, end + 14, new(RegisterCall.Get, "new")));
                    history.Add(new(7, end + 15, end + 16, new(RegisterCall.Get, "old")));
                    break;
                default: // Two compare-and-sets of one value both succeed.
                    history.RemoveAll(operation => operation.IsUnknown);
                    history.Add(new(9, end + 10, end + 11, new(RegisterCall.Put, "free")));
                    history.Add(new(8, end + 12, end + 20, new(RegisterCall.CompareAndSet, "mine", "free")));
                    history.Add(new(7, end + 12, end + 20, new(RegisterCall.CompareAndSet, "yours", "free")));
                    break;
            }

            var verdict = Check(history);
            Assert.Equal((seed, VerdictKind.NotLinearizable), (seed, verdict.Kind));
            Assert.NotNull(verdict.Misfit);
        }
    }

    [Fact]
    public void Short_histories_are_judged_as_a_look_at_all_orders_judges_them() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var history = Any(new Random(seed));
            Assert.Equal(ByAllOrders(history), Check(history).Kind == VerdictKind.Linearizable);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void What_nobody_knows_may_have_happened_late_or_never()
    {
        History history =
        [
            new(1, 0, TimedOperation<RegisterOperation>.Never, new(RegisterCall.Put, "maybe")),
            new(2, 10, 11, new(RegisterCall.Get)),
            new(2, 20, 21, new(RegisterCall.Get, "maybe")),
        ];
        Assert.Equal(VerdictKind.Linearizable, Check(history).Kind);
        history.Add(new(2, 30, 31, new(RegisterCall.Get)));
        var verdict = Check(history);
        Assert.Equal(VerdictKind.NotLinearizable, verdict.Kind);
        Assert.Equal(3, verdict.Misfit);
    }

    [Fact]
    public void A_budget_that_ends_is_no_success()
    {
        var history = Legal(new Random(1), 200);
        Assert.Equal(VerdictKind.Undecided, new LinearizabilityChecker<RegisterState, RegisterOperation>(Model, stepsMax: 10).Check(history).Kind);
    }

    private static Verdict Check(History history) => new LinearizabilityChecker<RegisterState, RegisterOperation>(Model).Check(history);

    /// <summary>Operations take effect one after the other, and each is seen from a little before until a little after.</summary>
    private static History Legal(Random random, int operations)
    {
        History history = [];
        var state = Model.Initial;
        var free = new long[8];
        for (var at = 0; at < operations; at++)
        {
            var client = random.Next(free.Length);
            var moment = (at + 1) * 100L;
            if (free[client] >= moment)
                continue;
            var operation = Draw(random, $"{at}");
            operation = operation.Call switch
            {
                RegisterCall.Get => operation with { Value = state.Value },
                RegisterCall.Delete => operation with { Succeeded = state.Value is not null },
                RegisterCall.CompareAndSet when random.Next(2) == 0 => operation with { Expected = state.Value, Succeeded = true },
                RegisterCall.CompareAndSet => operation with { Succeeded = operation.Expected == state.Value },
                _ => operation,
            };
            var isUnknown = random.Next(20) == 0;
            var invoked = Math.Max(free[client] + 1, moment - random.Next(400));
            var returned = isUnknown ? TimedOperation<RegisterOperation>.Never : moment + random.Next(400);
            free[client] = returned;
            history.Add(new(client, invoked, returned, operation));
            if (!isUnknown || random.Next(2) == 0)
                Assert.True(Model.TryApply(state, operation, isUnknown, out state));
        }

        return history;
    }

    private static History Any(Random random)
    {
        History history = [];
        for (var left = random.Next(1, 8); left > 0; left--)
        {
            var invoked = random.Next(20);
            var operation = Draw(random, $"{random.Next(3)}");
            if (operation.Call == RegisterCall.Get)
                operation = operation with { Value = random.Next(4) is var number and < 3 ? $"{number}" : null };
            history.Add(new(left, invoked, random.Next(6) == 0 ? TimedOperation<RegisterOperation>.Never : invoked + random.Next(12), operation));
        }

        return history;
    }

    private static RegisterOperation Draw(Random random, string value) => random.Next(5) switch
    {
        0 or 1 => new(RegisterCall.Put, value),
        2 => new(RegisterCall.Delete, Succeeded: random.Next(2) == 0),
        3 => new(RegisterCall.CompareAndSet, value, random.Next(3) == 0 ? null : $"{random.Next(3)}", random.Next(2) == 0),
        _ => new(RegisterCall.Get),
    };

    private static bool ByAllOrders(History history) => Orders(history, [], Model.Initial);

    private static bool Orders(History history, List<int> taken, RegisterState state)
    {
        if (history.Select((operation, at) => (operation, at)).All(each => each.operation.IsUnknown || taken.Contains(each.at)))
            return true;
        for (var at = 0; at < history.Count; at++)
        {
            // Nothing that is still missing may have ended before this one began.
            if (taken.Contains(at)
                || history.Where((other, place) => place != at && !taken.Contains(place) && other.Returned < history[at].Invoked).Any()
                || !Model.TryApply(state, history[at].What, history[at].IsUnknown, out var next))
                continue;
            if (Orders(history, [.. taken, at], next))
                return true;
        }

        return false;
    }
}
