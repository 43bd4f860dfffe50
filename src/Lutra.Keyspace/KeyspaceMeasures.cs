using Lutra.Storage.Measures;

namespace Lutra.Keyspace;

/// <summary>
/// What was done to a store since it was opened, counted as etcd counts it. It is only ever read by those who ask: nothing that is applied depends on it. From any thread.
/// </summary>
public sealed class KeyspaceMeasures
{
    /// <summary>Those within transactions included, as with what follows.</summary>
    public Counter Puts { get; } = new();

    /// <summary>Requests to delete a key or a range, and keys that went with their lease.</summary>
    public Counter Deletes { get; } = new();

    /// <summary>Reads here, in transactions and outside.</summary>
    public Counter Ranges { get; } = new();

    /// <summary>Requests that did more than one of these.</summary>
    public Counter Transactions { get; } = new();

    public Counter LeasesGranted { get; } = new();

    /// <summary>Asked for, or found over by the leader.</summary>
    public Counter LeasesRevoked { get; } = new();

    internal void Did(int puts, int deletes, int ranges)
    {
        // Mostly one of them is not 0.
        if (puts > 0)
            Puts.Add(puts);
        if (deletes > 0)
            Deletes.Add(deletes);
        if (ranges > 0)
            Ranges.Add(ranges);
        if (puts + deletes + ranges > 1)
            Transactions.Add();
    }
}
