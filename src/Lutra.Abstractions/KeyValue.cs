namespace Lutra;

/// <summary>One version of a key.</summary>
/// <param name="Key">Any bytes, at least one.</param>
/// <param name="Value">Any bytes; empty where only keys were asked for.</param>
/// <param name="CreateRevision">The revision at which the key came to be, since its last deletion.</param>
/// <param name="ModRevision">The revision that wrote this version.</param>
/// <param name="Version">1 for the first write since the key came to be, then one more with each.</param>
/// <param name="Lease">The lease it is attached to; 0: none.</param>
public sealed record KeyValue(
    ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value, Revision CreateRevision, Revision ModRevision, long Version, long Lease = 0);
