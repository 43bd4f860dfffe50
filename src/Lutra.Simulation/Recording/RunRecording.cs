using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Recording;

/// <summary>
/// What a run leaves for people to look at, beside its report. Only asked for where a run is known to fail, and so is run again: recording draws no random
/// number and changes nothing, but it costs time and memory.
/// </summary>
internal sealed class RunRecording
{
    // The last ones are enough: a run that sees something wrong ends soon after.
    private const int MessagesMax = 20_000;

    private readonly Queue<RecordedMessage> messages = new();
    private readonly List<RecordedRequest> requests = [];
    private readonly List<NodeSpell> spells = [];
    // By label.
    private readonly SortedDictionary<string, NodeSpell> current = new(StringComparer.Ordinal);

    public IReadOnlyCollection<RecordedMessage> Messages => messages;

    public IReadOnlyList<RecordedRequest> Requests => requests;

    public IReadOnlyList<NodeSpell> Spells => spells;

    /// <summary>The labels of all nodes.</summary>
    public IReadOnlyList<string> Nodes { get; private set; } = [];

    /// <summary>Whose machine had this name on the network; a machine may have had several, one after the other.</summary>
    public SortedDictionary<string, string> LabelOfHost { get; } = new(StringComparer.Ordinal);

    /// <summary>When the run ended.</summary>
    public TimeSpan End { get; set; }

    /// <summary>Where each node was then, a line each.</summary>
    public IReadOnlyList<string> States { get; set; } = [];

    /// <summary>The first operation that fits nowhere in a history; null: none, or no history shows it.</summary>
    public OperationPlace? Misfit { get; set; }

    /// <summary>The longest order that the checker found for the rest of that history.</summary>
    public IReadOnlyList<OperationPlace> Longest { get; set; } = [];

    /// <summary>Before the first event of a run.</summary>
    public void Follow(SimulatedCluster cluster)
    {
        Nodes = [.. cluster.Nodes.Select(node => node.Label)];
        cluster.Network.Recording = this;
        foreach (var node in cluster.Nodes)
        {
            node.Recording = this;
            var ran = node.Ran;
            node.Ran = () =>
            {
                ran?.Invoke();
                Look(node, cluster.Scheduler.Now);
            };
            Look(node, cluster.Scheduler.Now);
        }
    }

    public RecordedRequest? Find(OperationPlace place) => requests.Find(request => request.Client == place.Client && request.Invoked == place.Invoked);

    /// <summary>When the operation was answered; the end of the run where it was not.</summary>
    public TimeSpan EndOf(OperationPlace place) => Find(place)?.Ended ?? End;

    public void Add(RecordedRequest request) => requests.Add(request);

    public void Add(RecordedMessage message)
    {
        messages.Enqueue(message);
        if (messages.Count > MessagesMax)
            messages.Dequeue();
    }

    /// <summary>The node may have become something else.</summary>
    public void Look(SimulatedNode node, TimeSpan now)
    {
        LabelOfHost[node.Host] = node.Label;
        var raft = node.Loop?.Replica?.Raft;
        var what = !node.IsUp ? "down" : node.IsPaused ? "paused" : raft is null ? "starting" : $"{raft.Role}";
        var term = raft?.Term.Value ?? 0;
        if (current.TryGetValue(node.Label, out var before) && before.What == what && before.Term == term)
            return;
        spells.Add(current[node.Label] = new NodeSpell(now, node.Label, what, term));
    }
}
