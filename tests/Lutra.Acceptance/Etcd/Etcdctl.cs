using System.Diagnostics;
using System.Text.Json;

namespace Lutra.Acceptance.Etcd;

/// <summary>etcd's own command line, unchanged, against one store.</summary>
/// <param name="endpoints">Those that are asked, as etcdctl chooses.</param>
internal sealed class Etcdctl(IReadOnlyList<string> endpoints)
{
    public Etcdctl(EtcdTarget target, string? endpoint = null)
        : this(endpoint is null ? target.Endpoints : [endpoint])
    {
    }

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>Runs a command to its end.</summary>
    public Task<EtcdctlRun> RunAsync(params string[] arguments) => TypeAsync("", arguments);

    /// <summary>Runs a command that reads <paramref name="input"/>.</summary>
    public async Task<EtcdctlRun> TypeAsync(string input, params string[] arguments)
    {
        using var process = Start(arguments);
        using var limit = new CancellationTokenSource(Patience);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return new EtcdctlRun(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"etcdctl {string.Join(' ', arguments)} did not end within {Patience}.");
        }
    }

    /// <summary>What a command prints, without the last line break; it must succeed.</summary>
    public async Task<string> PrintAsync(params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.True(run.ExitCode == 0, $"etcdctl {string.Join(' ', arguments)} failed: {run.Errors}");
        return run.Output.TrimEnd('\n');
    }

    public async Task<JsonElement> JsonAsync(params string[] arguments) =>
        JsonDocument.Parse(await PrintAsync([.. arguments, "-w", "json"])).RootElement;

    /// <summary>What a command that must fail says of it, without etcdctl's own log lines.</summary>
    public async Task<string> RefusedAsync(params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.True(run.ExitCode != 0, $"etcdctl {string.Join(' ', arguments)} was not refused: {run.Output}");
        return run.Errors.Split('\n').Last(line => line.StartsWith("Error:", StringComparison.Ordinal));
    }

    /// <summary>The store's revision.</summary>
    public async Task<long> RevisionAsync() => (await JsonAsync("get", "revision?")).GetProperty("header").GetProperty("revision").GetInt64();

    /// <summary>A command that goes on until it is killed or has what it wants.</summary>
    public FollowedCommand Follow(params string[] arguments) => new(Start(arguments));

    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("etcdctl") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ETCDCTL_API"] = "3";
        start.ArgumentList.Add($"--endpoints={string.Join(',', endpoints)}");

        // A machine that stands still for seconds must not end a test. (The environment is read too late for them.)
        start.ArgumentList.Add("--dial-timeout=60s");
        start.ArgumentList.Add("--command-timeout=60s");
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}

internal sealed record EtcdctlRun(int ExitCode, string Output, string Errors);
