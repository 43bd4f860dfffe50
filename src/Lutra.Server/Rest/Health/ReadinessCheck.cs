namespace Lutra.Server.Rest.Health;

/// <summary>One thing that must be well.</summary>
/// <param name="Name">In snake case, as <c>/readyz/{name}</c> and <c>?exclude=</c> take it.</param>
/// <param name="FindFault">What is wrong, in one line; null where nothing is. An exception counts as a fault.</param>
public sealed record ReadinessCheck(string Name, Func<CancellationToken, ValueTask<string?>> FindFault);
