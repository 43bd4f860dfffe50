using Lutra.Node.Formation;
using Lutra.Node.Identity;

namespace Lutra.Node.Tests.Formation;

public sealed class PeerListTests
{
    [Theory]
    [InlineData("localhost:8001", "localhost:8001")]
    [InlineData(":8001", "localhost:8001")]
    [InlineData("Node-1.Example.COM:1", "node-1.example.com:1")]
    [InlineData("127.0.0.1:65535", "127.0.0.1:65535")]
    [InlineData("[::1]:8001", "[::1]:8001")]
    [InlineData("[2001:DB8:0:0:0:0:0:1]:8001", "[2001:db8::1]:8001")]
    public void An_address_has_one_spelling(string text, string normal) =>
        Assert.Equal(normal, PeerAddress.TryParse(text, out _)?.ToString());

    [Theory]
    [InlineData("localhost", "port is missing")]
    [InlineData("localhost:", "'' is no port")]
    [InlineData("localhost:0", "'0' is no port")]
    [InlineData("localhost:65536", "'65536' is no port")]
    [InlineData("localhost:+1", "'+1' is no port")]
    [InlineData("::1:8001", "in brackets")]
    [InlineData("[localhost]:8001", "no IPv6 address")]
    [InlineData("[127.0.0.1]:8001", "no IPv6 address")]
    [InlineData("http://localhost:8001", "host:port is all")]
    [InlineData("a b:1", "no host name")]
    public void What_is_no_address_is_refused_with_the_reason(string text, string reason)
    {
        Assert.Null(PeerAddress.TryParse(text, out var error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1=localhost:8001,2=localhost:8002,3=localhost:8003", "1=localhost:8001 2=localhost:8002 3=localhost:8003", "2=localhost:8002")]
    [InlineData("localhost:8001, :8002 ,localhost:8003,", "localhost:8001 localhost:8002 localhost:8003", "localhost:8002")]
    [InlineData("1,3", "1=localhost:8001 3=localhost:8003", null)]
    [InlineData("1,2,3", "1=localhost:8001 2=localhost:8002 3=localhost:8003", "2=localhost:8002")]
    [InlineData("127.0.0.1:8001,127.0.0.1:8002", "127.0.0.1:8001 127.0.0.1:8002", null)]
    [InlineData("2=0.0.0.0:9999,b=[::1]:7", "2=0.0.0.0:9999 b=[::1]:7", "2=0.0.0.0:9999")]
    [InlineData("", "", null)]
    public void Three_grammars_may_be_mixed_with_or_without_oneself(string list, string entries, string? own)
    {
        var errors = new List<string>();
        var parsed = Parse(list, "2", errors);
        Assert.Empty(errors);
        Assert.Equal(entries, string.Join(' ', parsed!.Entries));
        Assert.Equal(own, parsed.Own?.ToString());
    }

    [Fact]
    public void All_faults_are_told_at_once_each_with_its_value_and_source()
    {
        var errors = new List<string>();
        Assert.Null(Parse("1=localhost,x y=:1,:8001,:8001,4=:8004,4=:8005,99999,0=:7", "2", errors));
        Assert.Equal(
            [
                "--peers: '1=localhost': the port is missing: host:port.",
                "--peers: 'x y=:1': an id is made of letters, digits, '.', '_' and '-'.",
                "--peers: ':8001': address localhost:8001 stands in the list twice (also as localhost:8001).",
                "--peers: '4=:8005': id 4 stands in the list twice (also as 4=localhost:8004).",
                "--peers: '99999': it would stand for port 8002 - 2 + 99999 = 107999, which is none; write 99999=host:port.",
                "--peers: '0=:7': an integer id is positive and has no leading zeros.",
            ],
            errors);
    }

    [Fact]
    public void F01_a_list_of_nothing_but_faults_is_not_read_to_its_end()
    {
        var errors = new List<string>();
        Assert.Null(Parse(string.Join(',', Enumerable.Repeat("x y", 10_000)), "2", errors));
        Assert.Equal(21, errors.Count);
        Assert.Contains("was not read", errors[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("node2", "1,3", "only where this node's own id is an integer")]
    [InlineData("2", "2=localhost:8001,1=localhost:8002", "both must be in one entry")]
    [InlineData("2", "1=localhost:8002,3=localhost:8003", "has this node's address, but --id is 2; give --id=1")]
    public void A_list_that_contradicts_the_node_is_refused(string label, string list, string reason)
    {
        var errors = new List<string>();
        Assert.Null(Parse(list, label, errors));
        Assert.Contains(reason, errors[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_has_at_most_63_entries()
    {
        var errors = new List<string>();
        Assert.NotNull(Parse(string.Join(',', Enumerable.Range(1, 63)), "2", errors));
        Assert.Null(Parse(string.Join(',', Enumerable.Range(1, 64)), "2", errors));
        Assert.Equal(["--peers: '64': a list has at most 63 entries."], errors);
    }

    private static PeerList? Parse(string list, string label, List<string> errors) =>
        PeerListParser.Parse([list], "--peers", Label.Parse(label), new PeerAddress("localhost", 8002), errors);
}
