namespace Lutra.Raft.Tests.Harness;

/// <summary>Watches a cluster from outside, after every input of every node; each rule is a class of its own.</summary>
internal sealed class SafetyChecks(TestCluster cluster)
{
    private readonly CommittedEntries committed = new(cluster);
    private readonly ElectionSafety elections = new();
    private readonly LogMatching matching = new();
    private readonly Promises promises = new();
    private readonly NothingGoesBack forward = new();
    private readonly ActiveConfiguration configurations = new();
    private readonly FreshReads reads = new();

    /// <summary>What any leader has ever committed, in order.</summary>
    public IReadOnlyList<Entry> Committed => committed.Entries;

    public void Started(TestNode node) => Guard(() =>
    {
        forward.Started(node);
        matching.Found(node);
    });

    public void Stopped(TestNode node)
    {
        forward.Stopped(node);
        reads.Stopped(node);
        cluster.Streams.Break(node);
    }

    public void Appending(TestNode node, IReadOnlyList<Entry> entries) => Guard(() => matching.Appending(node, entries));

    public void Persisted(TestNode node, DiskWrite write) => Guard(() => elections.Persisted(node, write));

    public void Sending(TestNode node, Message message) => Guard(() => promises.Sending(node, message));

    public void Applying(TestNode node, Entry entry) => Guard(() => committed.Applying(node, entry));

    public void ReadAsked(TestNode node, ulong read) => reads.Asked(node, read, committed.Entries.Count);

    public void ReadAnswered(TestNode node, ulong read, LogIndex? index) => Guard(() => reads.Answered(node, read, index));

    /// <summary>Reads of this node's life that nobody answered yet.</summary>
    public IEnumerable<ulong> UnansweredReads(TestNode node) => reads.Unanswered(node);

    public void Observe(TestNode node, RaftStatus status) => Guard(() =>
    {
        forward.Observe(node, status);
        committed.Observe(node, status);
        elections.Observe(node, status, committed.Entries);
        configurations.Observe(node, status, committed.Entries.Count);
    });

    private void Guard(Action check)
    {
        try
        {
            check();
        }
        catch (SafetyException broken)
        {
            throw new SafetyException($"{broken.Message}{Environment.NewLine}The last steps:{Environment.NewLine}{cluster.Trace.Recent()}");
        }
    }
}
