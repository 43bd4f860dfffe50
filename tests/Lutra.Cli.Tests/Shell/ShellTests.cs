using Lutra.Cli.Shell;
using Lutra.Cli.Shell.Editing;

namespace Lutra.Cli.Tests.Shell;

/// <summary>The shell on a node of its own, from lines as a pipe gives them.</summary>
public sealed class ShellTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("lutra-shell-").FullName;
    private LutraNode node = null!;

    public async ValueTask InitializeAsync()
    {
        node = await LutraNode.StartAsync(new LutraNodeOptions { Directory = folder, RequestTimeoutMillis = 120_000 });
        await node.WaitUntilReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await node.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_client_answers_as_the_second_seed_does() => Assert.Equal(
        ["OK", "name = an otter", "OK", "Error: key not found", "No data"],
        Say("put name 'an otter'\nget name\ndelete name\nget name\ngetall\n", out _));

    [Fact]
    public void A_nodes_own_prompt_answers_as_the_first_seed_does() => Assert.Equal(
        ["Success", "KnociDB", "Current node is Leader", "Cluster members:", "  Node 1: localhost:2379 (leader)", "Success", "Error: key not found in database"],
        Say("PUT name KnociDB\nGet name\nleader\nmembers\ndelete name\nget name\n", out _, ShellManner.Node));

    [Fact]
    public void The_words_of_the_sister_tool_are_known() => Assert.Equal(
        ["OK", "OK", "(integer) 2", "PONG", "a b", "(integer) 2", "OK", "QUEUED", "QUEUED", "OK", "OK", "c = 1", "OK", "QUEUED", "OK"],
        Say("SET a 1\nSET b 2\nEXISTS a b x\nPING\nECHO a b\nDEL a b x\nBEGIN\nSET c 1\nGET c\nCOMMIT\nBEGIN\nSET c 2\nDISCARD\n", out _));

    [Theory]
    [InlineData("get nothing\nput a b\n", 3)]
    [InlineData("put a\n", 2)]
    [InlineData("fetch a\n", 2)]
    [InlineData("put a b\nget a\n", 0)]
    [InlineData("begin\nput a b\n", 1)]
    [InlineData("put a 'b\n", 2)]
    [InlineData("txn if 'exists a' then 'get a'\n", 4)]
    [InlineData("", 0)]
    public void The_code_is_that_of_the_first_command_that_failed(string lines, int code)
    {
        Say(lines, out var ended);
        Assert.Equal(code, (int)ended);
    }

    [Fact]
    public void An_unknown_command_and_a_wrong_form_say_what_would_be_right()
    {
        var said = Say("fetch a\nput a b c d\n\u0007\n", out _);
        Assert.StartsWith("Unknown command. Available commands: get, put, delete, getall, status, exit", said[0], StringComparison.Ordinal);
        Assert.StartsWith("Usage: put <key> <value>", said[1], StringComparison.Ordinal);
        Assert.Equal("Unknown command, type 'help' for assistance", Assert.Single(Say("fetch a\n", out _, ShellManner.Node)));
    }

    [Fact]
    public void A_quoted_value_goes_over_the_ends_of_lines() =>
        Assert.Equal(["OK", "poem = one\\x0atwo"], Say("put poem \"one\ntwo\"\nget poem\n", out _));

    [Fact]
    public void Without_waiting_a_put_gives_a_ticket_first_and_its_outcome_when_it_is_known()
    {
        var said = Say("put a 1\nput '' 2\n", out var code, waits: false);
        Assert.Equal(["Ticket 1", "Ticket 2"], said.Where(line => !line.Contains(':')));
        Assert.StartsWith("Ticket 1: OK (revision 2)", Assert.Single(said, line => line.StartsWith("Ticket 1:", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.True(Array.IndexOf(said, "Ticket 1") < Array.FindIndex(said, line => line.StartsWith("Ticket 1:", StringComparison.Ordinal)));
        Assert.Single(said, line => line.StartsWith("Error: ticket 2:", StringComparison.Ordinal));
        Assert.Equal(ExitCode.Usage, code);
    }

    [Fact]
    public void Exit_ends_it_and_what_follows_is_not_done() => Assert.Equal(["OK", "Goodbye!"], Say("put a b\nexit\nget a\n", out _));

    [Fact]
    public void Every_command_in_the_help_is_known_and_none_fails_badly_on_odd_words()
    {
        var names = Say("help\n", out _).Select(line => line.Trim().Split(' ')[0]).Where(name => name is not ("exit" or "help")).ToArray();
        Assert.True(names.Length > 10);
        foreach (var name in names)
        {
            var said = Say($"{name} \u0000 ☃ '' x y z\n{name} {new string('x', 100_000)}\n{name}\n", out _);
            Assert.DoesNotContain(said, line => line.Contains("Exception", StringComparison.Ordinal) || line.Contains("   at ", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Every_command_has_a_help_of_its_own_that_fits_a_terminal_and_says_more_than_the_list()
    {
        foreach (var line in Say("help\n", out _).Where(line => line.StartsWith("  ", StringComparison.Ordinal)))
        {
            var name = line.Trim().Split(' ')[0];
            var said = string.Join('\n', Say($"help {name}\n", out var code)).Split('\n');
            Assert.Equal(ExitCode.Ok, code);
            Assert.StartsWith(name, said[0], StringComparison.Ordinal);
            Assert.All(said, each => Assert.True(each.Length <= 80, each));
            Assert.True(said.Length > 2 || name == "help", name);
        }
    }

    [Fact]
    public async Task Tab_completes_commands_and_keys_quoted_where_they_need_it()
    {
        await node.PutAsync("animal/otter", "1");
        await node.PutAsync("a name", "2");
        var shell = new ShellContext(ShellManner.Client, new Lines(), _ => node) { Client = node };
        var completion = new WordCompletion(new Interpreter(shell, []), shell);
        Assert.Equal(["get", "getall"], completion.Complete("ge").Words);
        Assert.Equal(["animal/otter"], completion.Complete("get an").Words);
        Assert.Equal(["\"a name\"", "animal/otter"], completion.Complete("get a").Words);
        Assert.Equal(["\"a name\""], completion.Complete("get \"a ").Words);
        Assert.Empty(completion.Complete("leader a").Words);
        Assert.Equal(["transfer"], completion.Complete("leader t").Words);
        Assert.Equal(["get", "getall"], completion.Complete("help ge").Words);
        Assert.Equal(4, completion.Complete("get an").Start);
    }

    [Fact]
    public async Task A_watch_tells_changes_behind_the_prompt_until_it_is_ended()
    {
        var said = new Lines();
        var interpreter = new Interpreter(new ShellContext(ShellManner.Client, said, _ => node) { Client = node }, []);
        await interpreter.RunAsync("watch a*", CancellationToken.None);
        await node.PutAsync("b", "0");
        await node.PutAsync("an", "otter");
        await node.DeleteAsync("an");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (said.All.Length < 3)
            await Task.Delay(5, limit.Token);
        Assert.Equal(["[1] an = otter (revision 3)", "[1] an deleted (revision 4)"], said.All[1..]);
        Assert.Equal(ExitCode.Ok, await interpreter.RunAsync("unwatch 1", CancellationToken.None));
        Assert.Equal(ExitCode.NotFound, await interpreter.RunAsync("unwatch 1", CancellationToken.None));
    }

    [Fact]
    public void On_a_terminal_the_answer_stands_below_the_command()
    {
        var terminal = new ScriptedTerminal(60, Keys.Text("put a b\nget a\nexit\n"));
        ShellSession.On(Setup(ShellManner.Client, true), terminal, new History(null)).Run(CancellationToken.None);
        Assert.Equal(["hello", "lutra> put a b", "OK", "lutra> get a", "a = b", "lutra> exit", "Goodbye!"], terminal.Screen.Where(row => row.Length > 0));
    }

    private string[] Say(string lines, out ExitCode code, ShellManner? manner = null, bool waits = true)
    {
        var said = new Lines();
        using var input = new StringReader(lines);
        code = ShellSession.On(Setup(manner ?? ShellManner.Client, waits), input, said).Run(CancellationToken.None);
        return said.All;
    }

    private ShellSession.Setup Setup(ShellManner manner, bool waits) => new(node, manner, _ => node, ["hello"], waits);
}
