namespace Lutra.Simulation.Recording;

/// <summary>One request of a client, as a bar on a time axis.</summary>
/// <param name="client">Who asked: "registers 3".</param>
/// <param name="node">The label of the node that was asked.</param>
/// <param name="what">What was asked.</param>
internal sealed class RecordedRequest(string client, string node, string what, TimeSpan invoked)
{
    public string Client => client;

    public string Node => node;

    public string What => what;

    public TimeSpan Invoked => invoked;

    /// <summary>Null: no answer came.</summary>
    public TimeSpan? Ended { get; private set; }

    public RequestOutcome Outcome { get; private set; } = RequestOutcome.Unknown;

    /// <summary>The answer, or why there is none.</summary>
    public string Answer { get; private set; } = "no answer";

    public void End(TimeSpan at, RequestOutcome outcome, string answer) => (Ended, Outcome, Answer) = (at, outcome, answer);
}

internal enum RequestOutcome
{
    /// <summary>Nobody can say whether it was done.</summary>
    Unknown,
    Done,

    /// <summary>Certainly not done.</summary>
    Refused,
}
