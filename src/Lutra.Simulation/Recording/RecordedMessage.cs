namespace Lutra.Simulation.Recording;

/// <summary>One frame from one machine to another.</summary>
internal sealed class RecordedMessage(string from, string to, string what, bool isOfConsensus, TimeSpan sent)
{
    public string From => from;

    public string To => to;

    public string What => what;

    /// <summary>False: a forwarded command, a part of a state, a word of creating a cluster.</summary>
    public bool IsOfConsensus => isOfConsensus;

    public TimeSpan Sent => sent;

    /// <summary>Null: it has not arrived.</summary>
    public TimeSpan? Arrived { get; set; }
}
