namespace Lutra.Keyspace;

/// <summary>What became of a command: done (with a result, where one was built and the command has one) or refused.</summary>
internal readonly record struct Outcome(OperationResult? Result, Refusal? Refusal)
{
    public static Outcome Refused(LutraError error, string message) => new(null, new Refusal(error, message));
}
