namespace Lutra.Raft.Tests.Harness;

/// <summary>What one node's driver owes its core: carries out an <see cref="Output"/> in the order that the contract names.</summary>
internal sealed class DriverChores(TestCluster cluster, TestNode node)
{
    /// <summary>Handed out and not yet in the state machine.</summary>
    public Queue<Entry> ToApply { get; } = new();

    /// <summary>Answers to the core's questions, given after the output is carried out.</summary>
    public Queue<Action<RaftNode>> Answers { get; } = new();

    public void CarryOut(Output output)
    {
        if (output.HardState is { } hardState)
        {
            Submit(new HardStateWrite(hardState));
        }

        if (output.EntriesToPersist.Count > 0)
        {
            var replaced = node.Disk.Written.Last.Index >= output.EntriesToPersist[0].Index;
            cluster.Checks.Appending(node, output.EntriesToPersist);
            if (replaced || node.Status.Role == RoleName.Leader)
            {
                cluster.Trace.Add($"{TraceText.Name(node.Id)} {(replaced ? "replaces" : "appends")} {TraceText.Describe(output.EntriesToPersist)}");
            }

            Submit(new LogWrite([.. output.EntriesToPersist]));
        }

        foreach (var message in output.MessagesToSend)
        {
            cluster.Checks.Sending(node, message);
            cluster.Send(message, node.Status.Term);
        }

        foreach (var entry in output.EntriesToApply)
        {
            ToApply.Enqueue(entry);
        }

        foreach (var (read, index) in output.Reads)
        {
            cluster.Trace.Add($"{TraceText.Name(node.Id)} read {read} " + (index is { } at ? $"may be served at {at}" : "is refused"));
            cluster.Checks.ReadAnswered(node, read, index);
            node.Reads.Add(read, index);
        }

        foreach (var wanted in output.EntriesWanted)
        {
            cluster.Trace.Add($"{TraceText.Name(node.Id)} reads {wanted.First}-{wanted.Last} from its disk for {TraceText.Name(wanted.Follower)}");
            var found = Fetch(wanted);
            Answers.Enqueue(core => core.EntriesFetched(wanted.Follower, wanted.First, found));
        }

        foreach (var follower in output.SnapshotsWanted)
        {
            cluster.Trace.Add($"{TraceText.Name(node.Id)} wants to send its state to {TraceText.Name(follower)}");
            var stream = cluster.Streams.Begin(node, follower);
            Answers.Enqueue(core => core.SnapshotStarted(follower, stream.State.Position, stream.State.Configuration));
        }

        if (output.SnapshotToInstall is { } offer)
        {
            cluster.Trace.Add($"{TraceText.Name(node.Id)} takes the state at {offer.Position} from {TraceText.Name(offer.From)}");
            node.Arrived = cluster.Streams.Receive(offer);
        }
    }

    private void Submit(DiskWrite write)
    {
        if (node.IsDiskStalled)
        {
            cluster.Trace.Add($"{TraceText.Name(node.Id)} writes: {TraceText.Describe(write)}");
        }

        node.Disk.Submit(write);
    }

    private List<Entry> Fetch(EntriesWanted wanted)
    {
        List<Entry> found = [];
        var bytes = 0;
        for (var index = wanted.First; index <= wanted.Last && node.Disk.Written.Find(index) is { } entry; index = index.Next)
        {
            bytes += entry.SizeBytes;
            if (found.Count > 0 && bytes > wanted.BytesMax)
            {
                break;
            }

            found.Add(entry);
        }

        return found;
    }
}
