namespace Lutra.Raft.Tests.Harness;

/// <summary>A write that a node has submitted. It is durable once its disk has completed it, and not a moment before.</summary>
internal abstract record DiskWrite;

internal sealed record HardStateWrite(HardState HardState) : DiskWrite;

/// <summary>Entries without a gap; where the first is at or below the log's last, it and all after it are replaced.</summary>
internal sealed record LogWrite(IReadOnlyList<Entry> Entries) : DiskWrite;
