namespace Lutra.Simulation.Checking;

public enum RegisterCall
{
    Put,
    Get,
    Delete,

    /// <summary>Writes only where the register holds what was expected.</summary>
    CompareAndSet,
}

/// <summary>One call of a key, with its answer.</summary>
/// <param name="Value">Put and compare-and-set: what is written. Get: what was read; null: nothing there.</param>
/// <param name="Expected">Compare-and-set: what it must hold; null: nothing.</param>
/// <param name="Succeeded">Compare-and-set: it held that. Delete: something was there.</param>
public readonly record struct RegisterOperation(RegisterCall Call, string? Value = null, string? Expected = null, bool Succeeded = true);

/// <summary>What a register holds.</summary>
/// <param name="Value">Null: nothing.</param>
public readonly record struct RegisterState(string? Value);

/// <summary>One key: a register that may be empty.</summary>
public sealed class RegisterModel : ISequentialModel<RegisterState, RegisterOperation>
{
    public RegisterState Initial => default;

    public bool TryApply(RegisterState state, RegisterOperation operation, bool isUnknown, out RegisterState next)
    {
        next = state;
        switch (operation.Call)
        {
            case RegisterCall.Put:
                next = new RegisterState(operation.Value);
                return true;
            case RegisterCall.Get:
                return isUnknown || state.Value == operation.Value;
            case RegisterCall.Delete:
                next = default;
                return isUnknown || operation.Succeeded == state.Value is not null;
            default:
                var holds = state.Value == operation.Expected;
                if (holds)
                    next = new RegisterState(operation.Value);
                return isUnknown || holds == operation.Succeeded;
        }
    }
}
