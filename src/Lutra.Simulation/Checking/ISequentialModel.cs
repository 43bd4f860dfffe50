namespace Lutra.Simulation.Checking;

/// <summary>What a store that does one thing after the other would answer.</summary>
/// <typeparam name="TState">A value: equal states behave alike.</typeparam>
/// <typeparam name="TOperation">What was asked, and what was answered.</typeparam>
public interface ISequentialModel<TState, TOperation>
    where TState : IEquatable<TState>
{
    TState Initial { get; }

    /// <summary>
    /// The state after <paramref name="operation"/>; false where the answer that was given is none that this state would give. An operation whose answer is not
    /// known fits everywhere.
    /// </summary>
    bool TryApply(TState state, TOperation operation, bool isUnknown, out TState next);
}
