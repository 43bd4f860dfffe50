using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Lutra.Server.Diagnostics;

public enum LogFormat
{
    /// <summary>A line for people: time, level, source, message.</summary>
    Plain,

    /// <summary>An object a line, for machines.</summary>
    Json,
}

/// <summary>The log goes to standard error, a line an event, so that standard output stays for what was asked for.</summary>
public static class LutraLogging
{
    private const string Timestamp = "yyyy-MM-dd'T'HH:mm:ss.fff'Z '";

    /// <summary>Sets up the log of a server process, for its host and for the node beside it alike.</summary>
    public static ILoggingBuilder AddLutraConsole(this ILoggingBuilder logging, LogFormat format, LogLevel minimum = LogLevel.Information)
    {
        // The host speaks only of what went wrong: a line for every request would cost more than the request.
        logging.SetMinimumLevel(minimum).AddFilter("Microsoft", LogLevel.Warning);
        if (format == LogFormat.Json)
        {
            logging.AddJsonConsole(console =>
            {
                console.TimestampFormat = Timestamp.Replace(" ", "", StringComparison.Ordinal);
                console.UseUtcTimestamp = true;
            });
        }
        else
        {
            logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = Timestamp;
                console.UseUtcTimestamp = true;
                console.ColorBehavior = LoggerColorBehavior.Disabled;
            });
        }

        return logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
