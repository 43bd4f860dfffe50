using Microsoft.Extensions.Logging;

namespace Lutra.Server.Diagnostics;

/// <summary>What the server tells its log. Numbers do not change.</summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Information, "Listening on {Addresses}")]
    public static partial void Listening(this ILogger logger, string addresses);

    [LoggerMessage(101, LogLevel.Information, "Stopping: peers are hung up, requests drain")]
    public static partial void Stopping(this ILogger logger);

    [LoggerMessage(102, LogLevel.Information, "Stopped")]
    public static partial void Stopped(this ILogger logger);

    [LoggerMessage(110, LogLevel.Error, "{Method} failed, and it is a bug")]
    public static partial void RequestFailed(this ILogger logger, string method, Exception failure);

    [LoggerMessage(111, LogLevel.Information, "The stream of peer {Remote} broke: {Reason}")]
    public static partial void PeerStreamBroke(this ILogger logger, string remote, string reason);

    [LoggerMessage(120, LogLevel.Debug, "The connection of {Remote} was dropped: it did not say which protocol it speaks within {Seconds} seconds")]
    public static partial void ProtocolNotSaid(this ILogger logger, string? remote, double seconds);

    [LoggerMessage(121, LogLevel.Warning, "The connection of {Remote} was dropped: {Limit} others have not said yet which protocol they speak")]
    public static partial void TooManyUnclassified(this ILogger logger, string? remote, int limit);

    [LoggerMessage(122, LogLevel.Information, "{Remote} spoke TLS to an address in the clear")]
    public static partial void SpokeTlsInTheClear(this ILogger logger, string? remote);

    [LoggerMessage(123, LogLevel.Warning, "{Line}")]
    public static partial void AboutTls(this ILogger logger, string line);

    [LoggerMessage(140, LogLevel.Information, "History was compacted up to revision {Revision}")]
    public static partial void Compacted(this ILogger logger, long revision);

    [LoggerMessage(141, LogLevel.Warning, "History could not be compacted up to revision {Revision}: {Reason}")]
    public static partial void NotCompacted(this ILogger logger, long revision, string reason);

    [LoggerMessage(130, LogLevel.Error, "The call {Method} failed, and it is a bug")]
    public static partial void EtcdCallFailed(this ILogger logger, string method, Exception failure);
}
