using System.Diagnostics.CodeAnalysis;

namespace Lutra.Raft;

/// <summary>
/// Something that can never be so under Raft's rules is so: a bug, a foreign cluster or a damaged disk. The node must stop; what the
/// core says after this was thrown means nothing.
/// </summary>
public sealed class InvariantBrokenException(string message) : Exception(message);

/// <summary>Checked in release builds too: stopping is better than going on wrong.</summary>
internal static class Invariant
{
    public static void Holds([DoesNotReturnIf(false)] bool condition, string rule)
    {
        if (!condition)
            throw new InvariantBrokenException(rule);
    }
}
