using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Lutra.Bench.Load;
using Lutra.Server.Auth;

namespace Lutra.Bench;

/// <summary>What it costs to be asked who one is: the check of a token by itself, and reads and writes of one node with users asked for beside the same without.</summary>
internal static class UsersBench
{
    private const int ChecksPerRound = 20_000;
    private const int Rounds = 7;

    private const string Password = "rootpw";

    public static async Task<int> RunAsync(string lutra, LoadOptions options)
    {
        var (rounds, seconds) = (options.Number("rounds", 3), options.Number("seconds", 4));
        options.RefuseOthers();
        var folder = Directory.CreateTempSubdirectory("lutra-bench-").FullName;
        try
        {
            await CheckTokensAsync(Path.Combine(folder, "embedded"));
            var servers = await ServerProcess.StartAsync(lutra, Path.Combine(folder, "served"), nodes: 1);
            using var server = servers[0];
            await AskAsync(lutra, server, rounds, seconds);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task CheckTokensAsync(string folder)
    {
        await using var node = await LutraNode.StartAsync(new LutraNodeOptions { Directory = folder });
        await node.WaitUntilReadyAsync();
        AuthChange[] changes = [new AddUser("root", Password), new GrantRole("root", "root"), new EnableAuth()];
        foreach (var change in changes)
            await node.Users.ChangeAsync(change);
        using var rsa = RSA.Create(2048);
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        (string Kind, JwtOptions? Jwt)[] kinds =
        [
            ("simple", null),
            ("jwt, HS256", Signed("HS256", RandomNumberGenerator.GetBytes(32))),
            ("jwt, RS256", Signed("RS256", Encoding.ASCII.GetBytes(rsa.ExportPkcs8PrivateKeyPem()))),
            ("jwt, ES256", Signed("ES256", Encoding.ASCII.GetBytes(curve.ExportPkcs8PrivateKeyPem()))),
        ];
        foreach (var (kind, jwt) in kinds)
        {
            using var door = new Doorkeeper(new AuthOptions { Jwt = jwt });
            var began = Stopwatch.GetTimestamp();
            var shown = new Credentials(await door.LoginAsync(node, "root", Password, CancellationToken.None), null, null, null);
            var login = Stopwatch.GetElapsedTime(began);
            var micros = new double[Rounds];
            for (var round = 0; round < Rounds; round++)
            {
                var start = Stopwatch.GetTimestamp();
                for (var at = 0; at < ChecksPerRound; at++)
                    (await door.AdmitAsync(node, shown, showsData: true, CancellationToken.None)).CheckRoot();
                micros[round] = Stopwatch.GetElapsedTime(start).TotalMicroseconds / ChecksPerRound;
            }

            Console.WriteLine($"{kind,-10}  a check takes {micros.Order().ElementAt(Rounds / 2),6:F2} us (fastest round {micros.Min():F2}); a login took {login.TotalMilliseconds:F0} ms");
        }

        static JwtOptions Signed(string method, byte[] key) => new(method, null, key, TimeSpan.FromHours(1));
    }

    private static async Task AskAsync(string lutra, ServerProcess server, int rounds, int seconds)
    {
        await DoAsync("user", "add", $"root:{Password}");
        await DoAsync("user", "add", "alice:pw");
        await DoAsync("role", "add", "some");
        await DoAsync("role", "grant-permission", "some", "readwrite", "--prefix", "bench/");
        await DoAsync("user", "grant-role", "alice", "some");
        await DoAsync("user", "grant-role", "root", "root");
        foreach (var workload in (string[])["range", "put"])
        {
            // Turn by turn, so that what else the machine does falls on all alike.
            var (without, root, alice) = (new List<Figures>(), new List<Figures>(), new List<Figures>());
            for (var round = 0; round < rounds; round++)
            {
                without.Add(await MeasureAsync(workload, null));
                await DoAsync("auth", "enable", "--user", $"root:{Password}");
                root.Add(await MeasureAsync(workload, $"root:{Password}"));
                alice.Add(await MeasureAsync(workload, "alice:pw"));
                await DoAsync("auth", "disable", "--user", $"root:{Password}");
            }

            Write(workload, "users not asked for", Median(without), null);
            Write(workload, "as root", Median(root), Median(without));
            Write(workload, "as one with a role", Median(alice), Median(without));
        }

        async Task<Figures> MeasureAsync(string workload, string? user)
        {
            var cpu = server.CpuTime;
            string[] words = ["bench", workload, "--seconds", $"{seconds}", "--warm-up", "2", "--keys", "5000", "-o", "json", .. user is null ? (string[])[] : ["--user", user]];
            using var json = JsonDocument.Parse(await DoAsync(words));
            double Figure(string name) => json.RootElement.GetProperty(name).GetDouble();

            // The warm-up is in the CPU time and not in the operations: alike for all.
            return new Figures(Figure("per_second"), Figure("p50_micros"), Figure("p99_micros"), (server.CpuTime - cpu).TotalMicroseconds / Math.Max(1, Figure("operations")));
        }

        async Task<string> DoAsync(params string[] words)
        {
            using var process = Process.Start(new ProcessStartInfo("dotnet", [lutra, .. words, "--endpoints", $"localhost:{server.Port}"]) { RedirectStandardOutput = true })!;
            var said = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return process.ExitCode == 0 ? said : throw new InvalidOperationException($"'lutra {string.Join(' ', words)}' ended with {process.ExitCode}: {said}");
        }
    }

    private static Figures Median(List<Figures> all) => new(
        all.Select(one => one.PerSecond).Order().ElementAt(all.Count / 2), all.Select(one => one.P50Micros).Order().ElementAt(all.Count / 2),
        all.Select(one => one.P99Micros).Order().ElementAt(all.Count / 2), all.Select(one => one.CpuMicros).Order().ElementAt(all.Count / 2));

    private static void Write(string workload, string who, Figures its, Figures? without)
    {
        var beside = without is { } than ? $"  ({its.PerSecond / than.PerSecond:F2} times as many, {its.CpuMicros / than.CpuMicros:F2} times the CPU)" : "";
        Console.WriteLine(
            $"{workload,-5}  {who,-19}  {its.PerSecond,7:F0}/s  p50 {its.P50Micros / 1000:F2} ms  p99 {its.P99Micros / 1000:F1} ms"
            + $"  {its.CpuMicros,5:F1} us of the node's CPU each{beside}");
    }

    private readonly record struct Figures(double PerSecond, double P50Micros, double P99Micros, double CpuMicros);
}
