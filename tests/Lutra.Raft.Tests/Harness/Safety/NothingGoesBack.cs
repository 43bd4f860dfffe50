namespace Lutra.Raft.Tests.Harness;

/// <summary>Term, commit and applied index never go back in a life; after a restart the term is at least the durable one (pitfall L16).</summary>
internal sealed class NothingGoesBack
{
    private readonly SortedDictionary<NodeId, RaftStatus> last = [];

    public void Started(TestNode node) => last.Remove(node.Id);

    public void Stopped(TestNode node) => last.Remove(node.Id);

    public void Observe(TestNode node, RaftStatus status)
    {
        if (status.Term < node.Disk.HardState.Term)
        {
            throw new SafetyException($"{TraceText.Name(node.Id)} is in term {status.Term}, its disk in {node.Disk.HardState.Term}.");
        }

        if (status.Applied > status.Commit || status.Commit > status.Last.Index)
        {
            throw new SafetyException($"{TraceText.Describe(status)}: applied, commit and last are out of order.");
        }

        if (status.Last != node.Disk.Written.Last)
        {
            throw new SafetyException($"{TraceText.Describe(status)}: the entries that it had written end at {node.Disk.Written.Last}.");
        }

        if (last.TryGetValue(node.Id, out var before)
            && (status.Term < before.Term || status.Commit < before.Commit || status.Applied < before.Applied
                || (status.Term == before.Term && before.Vote is not null && status.Vote != before.Vote)))
        {
            throw new SafetyException($"It went back: {TraceText.Describe(before)}, then {TraceText.Describe(status)}.");
        }

        last[node.Id] = status;
    }
}
