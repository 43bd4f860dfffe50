using System.Globalization;
using Lutra.Cli.Settings;
using Lutra.Server.Compaction;
using Lutra.Server.Etcd;
using Microsoft.Extensions.Logging;

namespace Lutra.Cli.Serve;

/// <summary>What <c>lutra serve</c> was told about how it is served, beyond its address.</summary>
/// <param name="MoreAddresses">Where clients are served as well.</param>
/// <param name="MetricsAddresses">Where only numbers and health are.</param>
/// <param name="Compaction">Null: history is kept until somebody compacts it.</param>
internal sealed record ServeFaces(
    IReadOnlyList<string> MoreAddresses, IReadOnlyList<string> MetricsAddresses, EtcdFaceOptions Etcd, AutoCompactionOptions? Compaction, LogLevel LogLevel)
{
    public static readonly IReadOnlyList<(string Name, string Value, string Help)> All =
    [
        ("listen-more", "LIST", "Listen for clients at these addresses, too: host:port,host:port"),
        ("listen-metrics", "LIST", "Serve /metrics, /health, /livez and /readyz alone at these addresses, too, in the clear"),
        ("auto-compaction-mode", "periodic|revision", "What --auto-compaction-retention counts [default: periodic]"),
        ("auto-compaction-retention", "HOURS|DURATION|NUMBER", "Compact history by itself, so that about so much is left: 1, 30m, or a number of revisions [default: 0, never]"),
        ("max-txn-ops", "NUMBER", "The most operations in a transaction of etcd's API, from 1 to 128 [default: 128]"),
        ("watch-progress-interval", "DURATION", "A watch of etcd's API that asked for it hears so often that nothing happened, from 100ms [default: 10m]"),
        ("log-level", "debug|info|warn|error", "What the log tells [default: info]"),
    ];

    // A hundred years, as of durations.
    private const long RetentionHoursMax = 36_500 * 24;

    public static ServeFaces From(SettingSource source, int requestSizeBytesMax, List<string> errors) => new(
        List(source, "listen-more", errors),
        List(source, "listen-metrics", errors),
        new EtcdFaceOptions
        {
            RequestSizeBytesMax = requestSizeBytesMax,
            TransactionOperationsMax = source.Number("max-txn-ops", LutraLimits.TransactionOperationsMax, 1, LutraLimits.TransactionOperationsMax),
            WatchProgressInterval = Duration(source, "watch-progress-interval", TimeSpan.FromMinutes(10), TimeSpan.FromMilliseconds(100), errors),
        },
        CompactionOf(source, errors),
        Level(source, errors));

    private static AutoCompactionOptions? CompactionOf(SettingSource source, List<string> errors)
    {
        var mode = source.Find("auto-compaction-mode");
        var isByRevision = mode is { Text: "revision" };
        if (mode is not null and not { Text: "revision" or "periodic" })
            errors.Add($"{mode.Origin} is \"{mode.Text}\", but must be periodic or revision.");
        if (source.Find("auto-compaction-retention") is not { Text: not "0" } retention)
            return null;
        if (long.TryParse(retention.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= (isByRevision ? long.MaxValue : RetentionHoursMax))
            return isByRevision ? new AutoCompactionOptions { Revisions = number } : new AutoCompactionOptions { Period = TimeSpan.FromHours(number) };
        if (!isByRevision && GoDuration.TryParse(retention.Text, out var period) && period >= TimeSpan.FromSeconds(1))
            return new AutoCompactionOptions { Period = period };
        errors.Add($"{retention.Origin} is \"{retention.Text}\", but must be a number of {(isByRevision ? "revisions" : "hours, or a duration such as 30m")}; 0: never.");
        return null;
    }

    private static TimeSpan Duration(SettingSource source, string name, TimeSpan otherwise, TimeSpan min, List<string> errors)
    {
        if (source.Find(name) is not { } given)
            return otherwise;
        if (GoDuration.TryParse(given.Text, out var duration) && duration >= min)
            return duration;
        errors.Add($"{given.Origin} is \"{given.Text}\", but must be a duration from {min.TotalMilliseconds}ms, such as 5s.");
        return otherwise;
    }

    private static string[] List(SettingSource source, string name, List<string> errors)
    {
        if (source.Find(name) is not { } given)
            return [];
        string[] addresses = [.. given.Text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(ServeAddress.WithHost)];
        foreach (var address in addresses)
        {
            if (ServeOptions.FaultOfListening(address) is { } fault)
                errors.Add($"{given.Origin}: {fault}");
        }

        return addresses;
    }

    private static LogLevel Level(SettingSource source, List<string> errors)
    {
        switch (source.Text("log-level", "info"))
        {
            case "debug":
                return LogLevel.Debug;
            case "info":
                return LogLevel.Information;
            case "warn":
                return LogLevel.Warning;
            case "error" or "dpanic" or "panic" or "fatal":
                return LogLevel.Error;
            case var other:
                errors.Add($"{source.Find("log-level")!.Origin} is \"{other}\", but must be debug, info, warn or error.");
                return LogLevel.Information;
        }
    }
}
