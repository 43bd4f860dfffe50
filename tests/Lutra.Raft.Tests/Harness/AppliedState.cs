namespace Lutra.Raft.Tests.Harness;

/// <summary>A state machine that remembers every entry it applied, and the configuration at each index.</summary>
internal sealed class AppliedState(Configuration initial)
{
    private readonly List<Entry> history = [];
    private readonly SortedList<ulong, Configuration> configurations = new() { [0] = initial };

    public IReadOnlyList<Entry> History => history;

    public LogPosition Position => history.Count == 0 ? LogPosition.Zero : history[^1].Position;

    public Configuration Configuration => configurations.Values[^1];

    /// <summary>The commands among the applied entries, as text.</summary>
    public IEnumerable<string> Commands =>
        history.Where(entry => entry.Kind == EntryKind.Command).Select(entry => TraceText.Payload(entry));

    public Configuration ConfigurationAt(LogIndex index) => configurations.Last(pair => pair.Key <= index.Value).Value;

    public void Apply(Entry entry)
    {
        if (entry.Index != Position.Index.Next)
        {
            throw new SafetyException($"Applied {entry.Position} after {Position}: a hole or a repetition (L13).");
        }

        history.Add(entry);
        if (entry.Kind == EntryKind.Configuration)
        {
            configurations.Add(entry.Index.Value, Configuration.Decode(entry.Payload.Span));
        }
    }

    /// <summary>The state as it was at <paramref name="position"/>, to be sent to a peer or found again after a restart.</summary>
    public AppliedState At(LogPosition position)
    {
        var copy = new AppliedState(configurations[0]);
        foreach (var entry in history.Take((int)position.Index.Value))
        {
            copy.Apply(entry);
        }

        return copy;
    }
}
