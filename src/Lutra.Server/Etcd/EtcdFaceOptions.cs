namespace Lutra.Server.Etcd;

/// <summary>What etcd's API may be asked for.</summary>
public sealed record EtcdFaceOptions
{
    // etcd's allowance above the largest request, for what goes around it.
    private const int OverheadBytes = 512 * 1024;

    /// <summary>The largest message that is received; watch responses that may be split are split at this size. As in etcd.</summary>
    public int MessageSizeBytesMax => RequestSizeBytesMax + OverheadBytes;

    /// <summary>The largest request that changes something, in bytes; at most <see cref="LutraLimits.RequestSizeBytesMax"/>.</summary>
    public int RequestSizeBytesMax { get; init; } = LutraLimits.RequestSizeBytesMax;

    /// <summary>The most operations of a transaction; at most <see cref="LutraLimits.TransactionOperationsMax"/>.</summary>
    public int TransactionOperationsMax { get; init; } = LutraLimits.TransactionOperationsMax;

    /// <summary>A watch that asked for it hears after so long without an event that nothing happened.</summary>
    public TimeSpan WatchProgressInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>For deadlines and progress.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
