using System.CommandLine;
using Lutra.Server;

namespace Lutra.Cli.Tests.BadInput;

/// <summary>
/// Every command of the program, typed wrongly in every way that its own description lets one think of: exit code 2 and a message, never a stack trace. A
/// command that is added is swept by itself. Beside no other test: all write to the one console of the process.
/// </summary>
[CollectionDefinition(nameof(CommandSweepTests), DisableParallelization = true)]
[Collection(nameof(CommandSweepTests))]
public sealed class CommandSweepTests
{
    // They go on until they are stopped, or ask a person: typed wrongly they do not begin, and else they are not for this test.
    private static readonly string[] Endless = ["serve", "dev", "shell", "demo election", "sim", "bench", "watch", "lease keep-alive", "lease keepalive", "completion", "complete", "[complete]"];

    public static TheoryData<string> Commands => [.. CommandTree.All().Select(one => one.Path)];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task What_is_typed_wrongly_is_a_usage_error_with_a_message(string path)
    {
        foreach (var args in CommandTree.Wrong(path, CommandOf(path)))
        {
            var run = await CommandRun.OfAsync(args);
            Check(run, args);
            Assert.True(run.Exit == (int)ExitCode.Usage, $"lutra {CommandRun.Show(args)} ended with {run.Exit}: {run.Errors}{run.Output}");
        }
    }

    [Fact]
    public async Task What_is_odd_ends_with_a_known_exit_code_and_in_our_own_words()
    {
        var directory = Directory.CreateTempSubdirectory("lutra-cli-sweep-");
        var before = Environment.CurrentDirectory;
        try
        {
            // What takes an odd text for the name of a file writes it here.
            Environment.CurrentDirectory = directory.FullName;
            await using var node = await LutraNode.StartAsync(new LutraNodeOptions { Directory = directory.FullName, RequestTimeoutMillis = 120_000 });
            await node.WaitUntilReadyAsync();
            await using var server = await LutraServer.StartAsync(node, new LutraServerOptions
            {
                Address = "localhost:0",
                Logging = Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance,
            });
            foreach (var (path, command) in CommandTree.All().Where(one => one.Command.Subcommands.Count == 0 && !Endless.Contains(one.Path)))
            {
                var hasEndpoints = command.Options.Any(option => option.Name == "--endpoints");
                foreach (var odd in CommandTree.Odd(path, command))
                {
                    string[] args = hasEndpoints ? [.. odd, "--endpoints", $"localhost:{server.Address.Port}"] : odd;
                    var run = await CommandRun.OfAsync(args);
                    Check(run, args);
                }
            }
        }
        finally
        {
            Environment.CurrentDirectory = before;
            directory.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("--id", "0", "-1", "a b", "../x", "01", "99999999999999999999", "")]
    [InlineData("--addr", "nonsense", "localhost:99999", "localhost:", ":x", "host:1:2", "[::1", "")]
    [InlineData("--peers", "=", "1=", "1=localhost", "localhost:99999", "1=localhost:1,1=localhost:2", "0=localhost:1")]
    [InlineData("--cluster", "", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    [InlineData("--join", "maybe", "2")]
    [InlineData("--sync", "maybe", "2")]
    [InlineData("--interactive", "maybe", "2")]
    [InlineData("--insecure-listen", "maybe", "2")]
    [InlineData("--port", "", "0", "-1", "x", "65536", "1.5")]
    [InlineData("--raft-addr", "nonsense", "localhost:99999", "")]
    [InlineData("--peer-addr", "nonsense", "localhost:99999", "")]
    [InlineData("--listen", "nonsense", "localhost:99999", "")]
    [InlineData("--heartbeat-interval", "", "0", "-1", "abc", "1.5", "99999999999")]
    [InlineData("--election-timeout", "", "0", "-1", "abc", "100", "99999999999")]
    [InlineData("--request-timeout", "", "0", "-1", "abc", "99999999999")]
    [InlineData("--max-request-bytes", "", "0", "-1", "abc", "99999999999")]
    [InlineData("--memtable-size", "", "0", "-1", "abc", "99999999999")]
    [InlineData("--segment-size", "", "0", "-1", "abc", "99999999999")]
    [InlineData("--log-format", "", "xml")]
    [InlineData("--config", "/nonexistent/file")]
    [InlineData("--dir", "")]
    public async Task A_node_that_is_told_nonsense_does_not_start_and_says_which_option(string option, params string[] values)
    {
        var directory = Directory.CreateTempSubdirectory("lutra-cli-sweep-");
        try
        {
            foreach (var value in values)
            {
                string[] args = ["serve", $"{option}={value}", .. option == "--dir" ? Array.Empty<string>() : ["--dir", Path.Combine(directory.FullName, "data")]];
                var run = await CommandRun.OfAsync(args);
                Check(run, args);
                Assert.True(run.Exit == (int)ExitCode.Usage, $"lutra {CommandRun.Show(args)} ended with {run.Exit}: {run.Errors}");
                Assert.Contains(option == "--raft-addr" ? "-addr" : option == "--config" ? "/nonexistent/file" : option, run.Errors, StringComparison.Ordinal);
            }
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("keys", "--prefix=", "--count")]
    [InlineData("get", "--", "--key")]
    [InlineData("get", "-5")]
    [InlineData("keys", "--values=false")]
    public async Task What_looks_odd_and_is_meant_is_done(params string[] args)
    {
        var directory = Directory.CreateTempSubdirectory("lutra-cli-sweep-");
        try
        {
            await using var node = await LutraNode.StartAsync(new LutraNodeOptions { Directory = directory.FullName, RequestTimeoutMillis = 120_000 });
            await node.WaitUntilReadyAsync();
            await node.PutAsync("--key", "found");
            await node.PutAsync("-5", "found");
            await using var server = await LutraServer.StartAsync(node, new LutraServerOptions
            {
                Address = "localhost:0",
                Logging = Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance,
            });
            var run = await CommandRun.OfAsync([args[0], "--endpoints", $"localhost:{server.Address.Port}", .. args[1..]]);
            Assert.True(run.Exit == 0, run.Errors);

            // A value goes to the process's own output, byte by byte.
            Assert.Contains(args[0] == "get" ? "" : args[1] == "--prefix=" ? "2" : "--key", run.Output, StringComparison.Ordinal);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("get", "--key")]
    [InlineData("del", "a", "--yes=maybe")]
    [InlineData("put", "a", "-b")]
    public async Task A_word_that_looks_like_an_option_is_never_taken_for_a_key_or_a_value(params string[] args)
    {
        var run = await CommandRun.OfAsync(args);
        Assert.Equal((int)ExitCode.Usage, run.Exit);
        Assert.Contains(args[^1], run.Errors, StringComparison.Ordinal);
        Assert.Contains("--help", run.Errors, StringComparison.Ordinal);
    }

    private static Command CommandOf(string path) => CommandTree.All().Single(one => one.Path == path).Command;

    private static void Check(CommandRun run, string[] args)
    {
        var said = $"lutra {CommandRun.Show(args)} ended with {run.Exit}: {run.Errors}";
        Assert.True(Enum.IsDefined((ExitCode)run.Exit), said);
        Assert.False(run.Errors.Contains("   at ", StringComparison.Ordinal) || run.Errors.Contains("Exception", StringComparison.Ordinal), said);
        Assert.True(run.Exit == 0 || run.Errors.Length > 10 || run.Exit == (int)ExitCode.NotFound, $"{said} (it says nothing)");
    }
}
