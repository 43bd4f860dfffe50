namespace Lutra.Protocol;

/// <summary>One message of a watch: the changes of one revision, or, without events, how far nothing happened.</summary>
public sealed record WatchReply(long Revision, IReadOnlyList<WatchEventReply> Events);

/// <param name="Type">As in <see cref="WatchEventTypes"/>.</param>
/// <param name="Kv">The key as it is now; of a deletion, the key and the revision alone.</param>
public sealed record WatchEventReply(string Type, KeyValueBody Kv, KeyValueBody? Previous = null);

public static class WatchEventTypes
{
    public const string Put = "put";
    public const string Delete = "delete";
}

/// <summary>The names of the messages of a watch; those with changes have none, so that a browser's <c>onmessage</c> gets them.</summary>
public static class WatchMessages
{
    /// <summary>Nothing happened up to the revision that is its id.</summary>
    public const string Progress = "progress";

    /// <summary>The watch has ended; its data is a problem.</summary>
    public const string Error = "error";
}
