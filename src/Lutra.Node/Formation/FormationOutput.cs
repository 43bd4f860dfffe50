using Lutra.Raft;

namespace Lutra.Node.Formation;

/// <summary>What the driver owes a <see cref="ClusterFormation"/>, in any order: nothing in <paramref name="Sends"/> rests on <paramref name="Persist"/>.</summary>
/// <param name="Persist">To make durable, and then to give back by <see cref="ClusterFormation.Persisted"/>; null: nothing. No second one follows before that.</param>
/// <param name="Sends">Messages may be lost: what matters is said again.</param>
internal sealed record FormationOutput(FormationRecord? Persist, IReadOnlyList<FormationSend> Sends)
{
    public bool IsEmpty => Persist is null && Sends.Count == 0;
}

internal sealed record FormationSend(NodeId To, FormationMessage Message);
