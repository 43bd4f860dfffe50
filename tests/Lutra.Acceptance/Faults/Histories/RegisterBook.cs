using Lutra.Simulation.Checking;
using RegisterHistory = System.Collections.Generic.List<Lutra.Simulation.Checking.TimedOperation<Lutra.Simulation.Checking.RegisterOperation>>;

namespace Lutra.Acceptance.Faults.Histories;

/// <summary>
/// What was done to some keys, each with a history of its own. A key that has had enough gives way to a new one, so that the search for an order stays short however long the
/// test is.
/// </summary>
internal sealed class RegisterBook(int registers)
{
    private const int OperationsPerKey = 250;
    // Each may have been done at any time since, or never: with every one more the search doubles.
    private const int UnknownPerKey = 8;
    private const long StepsMax = 5_000_000;

    private readonly Lock gate = new();
    private readonly List<RegisterHistory> histories = [.. Enumerable.Range(0, registers).Select(_ => new RegisterHistory())];

    public int Histories => histories.Count;

    /// <summary>One of those that are in use, drawn.</summary>
    public int Draw(Random random)
    {
        lock (gate)
            return histories.Count - 1 - random.Next(registers);
    }

    public static string KeyOf(int register) => $"register/{register}";

    public void Record(int register, TimedOperation<RegisterOperation> operation)
    {
        lock (gate)
        {
            histories[register].Add(operation);
            var history = histories[register];
            if (history.Count == OperationsPerKey || (operation.IsUnknown && history.Count(each => each.IsUnknown) == UnknownPerKey))
                histories.Add([]);
        }
    }

    /// <summary>Every history must be linearizable (promise P1).</summary>
    public void Judge()
    {
        for (var register = 0; register < histories.Count; register++)
        {
            var history = histories[register];
            var verdict = new LinearizabilityChecker<RegisterState, RegisterOperation>(new RegisterModel(), StepsMax).Check(history);
            Assert.True(verdict.Kind != VerdictKind.Undecided, $"{KeyOf(register)}: nobody knows whether its {history.Count} operations are linearizable.");
            if (verdict.Kind == VerdictKind.NotLinearizable)
                Assert.Fail($"{KeyOf(register)} is not linearizable: {history[verdict.Misfit!.Value]} fits nowhere in\n{string.Join('\n', history.OrderBy(each => each.Invoked))}");
        }
    }
}
