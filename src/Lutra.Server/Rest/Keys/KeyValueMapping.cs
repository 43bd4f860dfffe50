using System.Collections.Immutable;
using Lutra.Protocol;

namespace Lutra.Server.Rest.Keys;

/// <summary>From the store's types to the wire's.</summary>
internal static class KeyValueMapping
{
    public static KeyValueBody ToBody(this KeyValue entry) =>
        new(entry.Key, entry.Value, entry.ModRevision.Value, entry.CreateRevision.Value, entry.Version, entry.Lease);

    public static KeyValueBody[] ToBodies(this ImmutableArray<KeyValue> entries)
    {
        var bodies = new KeyValueBody[entries.Length];
        for (var i = 0; i < bodies.Length; i++)
            bodies[i] = entries[i].ToBody();
        return bodies;
    }
}
