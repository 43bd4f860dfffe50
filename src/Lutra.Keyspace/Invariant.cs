using System.Diagnostics.CodeAnalysis;

namespace Lutra.Keyspace;

/// <summary>What must be true whatever came in: where it is not, the node stops rather than go on wrong, in release builds too.</summary>
internal static class Invariant
{
    public static void Holds([DoesNotReturnIf(false)] bool condition, string rule)
    {
        if (!condition)
            throw new InvalidOperationException($"A rule of the keyspace is broken: {rule}");
    }
}
