using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Lutra.Cli.Bench.Workloads;
using Lutra.Cli.Client;
using Lutra.Cli.Output;
using Lutra.Client;
using Lutra.Client.Grpc;
using Spectre.Console;

namespace Lutra.Cli.Bench;

/// <summary>A load generator that speaks etcd's v3 API, to Lutra as to etcd.</summary>
internal sealed class BenchCommand : ClientCommand
{
    private static readonly (string Name, string Help, Func<BenchPlan, BenchWorkload> Make)[] Workloads =
    [
        ("put", "puts random keys", plan => new PutLoad(plan)),
        ("range", "reads random keys, linearizably", plan => new RangeLoad(plan)),
        ("list", "reads 500 keys in their order, linearizably", plan => new ListLoad(plan)),
        ("cas", "compares and swaps", plan => new CompareAndSwapLoad(plan)),
        ("mixed", "four reads to each put", plan => new MixedLoad(plan)),
        ("watch", "counts events at watchers, from when their puts were sent", plan => new WatchLoad(plan)),
        ("lease", "grants leases and revokes them", plan => new LeaseLoad(plan)),
    ];

    private readonly Argument<string> workload = new("workload")
    {
        Description = string.Join("; ", Workloads.Select(each => $"{each.Name}: {each.Help}")),
        HelpName = string.Join('|', Workloads.Select(each => each.Name)),
    };

    private readonly Option<int> connections = Number("--connections", "Connections that the workers share", 8);
    private readonly Option<int> workers = Number("--workers", "How many ask at the same time", 64);
    private readonly Option<int> keys = Number("--keys", "How many keys there are; range, list and mixed write them all first", 100_000);
    private readonly Option<int> versions = Number("--versions", "How often they write each of them; the history that a list passes over", 1);
    private readonly Option<int> valueBytes = Number("--value-size", "Bytes in a value", 256);
    private readonly Option<int> watchers = Number("--watchers", "How many watch all keys, in the workload of watches", 100);
    private readonly Option<int> warmup = Number("--warm-up", "Seconds that do not count", 3);
    private readonly Option<int> seconds = Number("--seconds", "Seconds that count", 10);

    public BenchCommand()
        : base("bench", "Loads a cluster of Lutra or etcd through etcd's v3 API, and says how fast it answers. It writes keys below bench/ and leaves them there")
    {
        workload.AcceptOnlyFromAmong([.. Workloads.Select(each => each.Name)]);
        HasNoTransport();
        Add(workload);
        foreach (var option in (Option<int>[])[connections, workers, keys, versions, valueBytes, watchers, warmup, seconds])
            Add(option);
    }

    protected override async Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        var plan = new BenchPlan(
            InRange(parsed, connections, 1, 1000), InRange(parsed, workers, 1, 10_000), InRange(parsed, keys, 1, 100_000_000), InRange(parsed, versions, 1, 1_000_000), InRange(parsed, valueBytes, 8, 1024 * 1024),
            InRange(parsed, watchers, 1, 100_000), TimeSpan.FromSeconds(InRange(parsed, warmup, 0, 3600)), TimeSpan.FromSeconds(InRange(parsed, seconds, 1, 86_400)));
        var (name, _, make) = Workloads.First(each => each.Name == parsed.GetRequiredValue(workload));
        var tls = TlsOf(parsed);
        var servers = EndpointsOf(parsed).Select(server => Endpoints.Parse(server, tls is null ? "http" : "https")).ToArray();
        var token = await TokenAsync(client, UserOf(parsed), cancellationToken);
        GrpcChannel[] channels = [.. Enumerable.Range(0, plan.Connections).Select(at => new GrpcChannel(servers[at % servers.Length], tls, () => token))];
        try
        {
            await using var load = make(plan);
            var result = await WithProgressAsync(answer, progress => new BenchRun(plan, channels).RunAsync(name, load, progress, cancellationToken));
            Write(answer, plan, result);
            return result.Errors == 0 ? ExitCode.Ok : ExitCode.Error;
        }
        catch (GrpcException broken)
        {
            throw new LutraException(LutraError.Unavailable, broken.Message, broken);
        }
        finally
        {
            foreach (var channel in channels)
                channel.Dispose();
        }
    }

    /// <summary>One for all connections; null where nobody is named, or users are not asked for.</summary>
    private static async Task<string?> TokenAsync(ILutraClient client, ClientCredentials? user, CancellationToken cancellationToken)
    {
        try
        {
            return user is null ? null : await client.Users.LoginAsync(user.User, user.Password, cancellationToken);
        }
        catch (LutraException needless) when (needless.Error == LutraError.AuthNotEnabled)
        {
            return null;
        }
    }

    private static async Task<BenchResult> WithProgressAsync(Answer answer, Func<Action<string, long, long>, Task<BenchResult>> run)
    {
        if (!answer.IsTable)
            return await run((_, _, _) => { });
        var errors = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await errors.Progress().AutoClear(true).StartAsync(async context =>
        {
            var task = context.AddTask("connecting");
            return await run((what, done, of) =>
            {
                task.Description = what;
                task.MaxValue = Math.Max(1, of);
                task.Value = done;
            });
        });
    }

    private static void Write(Answer answer, BenchPlan plan, BenchResult result)
    {
        var latencies = result.Latencies;
        if (answer.IsJson)
        {
            Answer.Json(new JsonObject
            {
                ["workload"] = result.Workload,
                ["connections"] = plan.Connections,
                ["workers"] = plan.Workers,
                ["keys"] = plan.Keys,
                ["versions"] = plan.Versions,
                ["value_bytes"] = plan.ValueBytes,
                ["seconds"] = Math.Round(result.Elapsed.TotalSeconds, 3),
                ["operations"] = latencies.Count,
                ["errors"] = result.Errors,
                ["per_second"] = Math.Round(result.PerSecond, 1),
                ["p50_micros"] = latencies.Percentile(0.5),
                ["p90_micros"] = latencies.Percentile(0.9),
                ["p99_micros"] = latencies.Percentile(0.99),
                ["p999_micros"] = latencies.Percentile(0.999),
                ["max_micros"] = latencies.MaxMicros,
            });
        }
        else
        {
            answer.Rows(
                ["workload", "operations", "errors", "per second", "p50", "p90", "p99", "p99.9", "max"],
                [[result.Workload, Whole(latencies.Count), Whole(result.Errors), Whole((long)result.PerSecond), .. ((double[])[0.5, 0.9, 0.99, 0.999]).Select(share => Millis(latencies.Percentile(share))), Millis(latencies.MaxMicros)]]);
        }

        if (result.Error is { } error)
            Failure.Hint($"{result.Errors} errors; the last: {error}");
    }

    private static string Whole(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Millis(long micros) => string.Create(CultureInfo.InvariantCulture, $"{micros / 1000.0:0.00} ms");

    private static Option<int> Number(string name, string help, int otherwise) => new(name) { Description = help, HelpName = "NUMBER", DefaultValueFactory = _ => otherwise };

    private static int InRange(ParseResult parsed, Option<int> option, int min, int max) => parsed.GetValue(option) is var number && number >= min && number <= max
        ? number
        : throw new LutraException(LutraError.InvalidArgument, $"{option.Name} is {number}, but must be from {min} to {max}.");
}
