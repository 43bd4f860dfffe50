using Lutra.Node;
using Microsoft.Extensions.Logging;

namespace Lutra.Cli.Serve;

/// <summary>The node's lines in the log of its process.</summary>
internal static partial class NodeLog
{
    public static void Write(this ILogger logger, NodeEvent happened)
    {
        switch (happened.Level)
        {
            case NodeEventLevel.Error:
                logger.Failed(happened.Message);
                break;
            case NodeEventLevel.Warning:
                logger.Warned(happened.Message);
                break;
            default:
                logger.Said(happened.Message);
                break;
        }
    }

    [LoggerMessage(200, LogLevel.Information, "{Message}")]
    public static partial void Said(this ILogger logger, string message);

    [LoggerMessage(201, LogLevel.Warning, "{Message}")]
    private static partial void Warned(this ILogger logger, string message);

    [LoggerMessage(202, LogLevel.Critical, "{Message}")]
    private static partial void Failed(this ILogger logger, string message);
}
