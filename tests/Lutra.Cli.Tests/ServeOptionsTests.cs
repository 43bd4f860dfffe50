using Lutra.Cli.Serve;
using Lutra.Cli.Settings;

namespace Lutra.Cli.Tests;

public sealed class ServeOptionsTests
{
    private readonly List<string> errors = [];

    [Fact]
    public void Without_options_a_node_is_alone_on_the_usual_address()
    {
        var options = From([], []);
        Assert.Empty(errors);
        Assert.Equal(("1", false, "localhost:2379", "lutra-data", 0), (options.Node.Label, options.Node.LabelGiven, options.ListenAddress, options.Node.Directory, options.Node.Peers.Count));
    }

    [Fact]
    public void A_flag_wins_over_the_environment_and_that_over_the_file()
    {
        var file = FileOf("addr = localhost:1\ncluster = file\ndir = from-file");
        var options = From(new() { ["addr"] = "localhost:3" }, new() { ["LUTRA_ADDR"] = "localhost:2", ["LUTRA_CLUSTER"] = "environment" }, file);
        Assert.Empty(errors);
        Assert.Equal(("localhost:3", "environment", "from-file"), (options.Node.Address, options.Node.ClusterName, options.Node.Directory));
    }

    [Fact]
    public void Every_fault_is_told_at_once_with_its_value_and_where_it_came_from()
    {
        From(new() { ["heartbeat-interval"] = "fast", ["log-format"] = "xml" }, new() { ["LUTRA_JOIN"] = "perhaps" }, FileOf("segment-size = 1\nspeed = 7\nnonsense"));
        Assert.Contains(errors, error => error.StartsWith("--heartbeat-interval is \"fast\"", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.StartsWith("--log-format is \"xml\"", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.StartsWith("LUTRA_JOIN is \"perhaps\"", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Contains("line 1 is \"1\"", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Contains("sets \"speed\", but there is no such option", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Contains("\"nonsense\"", StringComparison.Ordinal));
        Assert.Equal(6, errors.Count);
    }

    [Fact]
    public void An_election_timeout_must_leave_room_for_heartbeats()
    {
        From(new() { ["heartbeat-interval"] = "500", ["election-timeout"] = "1000" }, []);
        Assert.Contains("--election-timeout is 1000", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_without_a_host_is_this_machine_alone() =>
        Assert.Equal("localhost:8080", From(new() { ["addr"] = ":8080" }, []).ListenAddress);

    [Theory]
    [InlineData("", true)]
    [InlineData("true", true)]
    [InlineData("no", false)]
    public void A_flag_may_stand_alone(string text, bool expected) => Assert.Equal(expected, From(new() { ["join"] = text }, []).Node.Join);

    [Fact]
    public void A_port_stands_for_this_machine_and_bare_ids_for_the_ports_beside_it()
    {
        var options = From(new() { ["id"] = "1", ["port"] = "3001", ["peers"] = "2,3" }, []);
        Assert.Empty(errors);
        Assert.Equal(("localhost:3001", null), (options.Node.Address, options.Node.PeerAddress));
    }

    [Fact]
    public void With_a_raft_address_alone_peers_are_there_and_REST_has_a_port_of_its_own()
    {
        var options = From(new() { ["id"] = "node1", ["raft-addr"] = "localhost:8000" }, []);
        Assert.Empty(errors);
        Assert.Equal(("localhost:8000", true), (options.Node.PeerAddress, options.Node.ListenForPeers));
        Assert.NotEqual("localhost:8000", options.Node.Address);
        Assert.StartsWith("localhost:80", options.Node.Address, StringComparison.Ordinal);
    }

    [Fact]
    public void Peers_may_come_in_elsewhere_than_they_are_told_even_where_clients_do()
    {
        var apart = From(new() { ["addr"] = ":1", ["peer-addr"] = "far:2", ["peer-listen"] = ":3" }, []);
        Assert.Equal(("far:2", "localhost:3", true), (apart.Node.PeerAddress, apart.Node.PeerListenAddress, apart.Node.ListenForPeers));
        var together = From(new() { ["addr"] = "far:1", ["listen"] = ":4", ["peer-addr"] = "far:2", ["peer-listen"] = "localhost:4" }, []);
        Assert.False(together.Node.ListenForPeers);
        Assert.Empty(errors);
        From(new() { ["addr"] = ":1", ["peer-listen"] = ":3" }, []);
        Assert.Contains("give --peer-addr", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_that_is_given_twice_is_refused()
    {
        From(new() { ["addr"] = ":1", ["port"] = "2", ["peer-addr"] = ":3", ["raft-addr"] = ":4" }, []);
        Assert.Equal(2, errors.Count);
    }

    [Fact]
    public void F01_a_file_of_nothing_but_faults_is_not_read_to_its_end()
    {
        FileOf(string.Concat(Enumerable.Repeat("x\n", 100_000)));
        Assert.Equal(21, errors.Count);
        Assert.Contains("was not read", errors[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cert-file")]
    [InlineData("key-file")]
    [InlineData("peer-cert-file peer-key-file")]
    [InlineData("client-cert-auth cert-file key-file")]
    [InlineData("trusted-ca-file")]
    [InlineData("peer-cert-allowed-cn")]
    [InlineData("cert-file key-file peers")]
    [InlineData("peer-cert-file peer-key-file peer-trusted-ca-file")]
    [InlineData("auto-tls cert-file key-file")]
    public void Options_of_tls_that_do_not_go_together_are_refused(string names)
    {
        From(names.Split(' ').ToDictionary(name => name, name => name is "client-cert-auth" or "auto-tls" ? "true" : "localhost:1"), []);
        Assert.NotEmpty(errors);
        Assert.All(errors, error => Assert.Contains("--", error, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("cert-file key-file", true, false)]
    [InlineData("cert-file key-file peers peer-addr", true, false)]
    [InlineData("cert-file key-file peers peer-cert-file peer-key-file peer-trusted-ca-file", true, true)]
    [InlineData("peers peer-addr peer-cert-file peer-key-file peer-trusted-ca-file", false, true)]
    [InlineData("auto-tls", true, true)]
    public void Options_of_tls_say_who_speaks_it(string names, bool server, bool peers)
    {
        var options = From(names.Split(' ').ToDictionary(name => name, name => name == "auto-tls" ? "true" : "localhost:1"), []);
        Assert.Empty(errors);
        Assert.Equal((server, peers), (options.Tls.Server is not null, options.Node.PeerTls is not null));
    }

    private ServeOptions From(Dictionary<string, string> flags, Dictionary<string, string> environment, SettingsFile? file = null) =>
        ServeOptions.From(new SettingSource(flags, environment.GetValueOrDefault, file, errors), errors);

    private SettingsFile FileOf(string text)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, text);
            return SettingsFile.Read(path, ServeOptions.All.Select(option => option.Name).ToHashSet(), errors)!;
        }
        finally
        {
            File.Delete(path);
        }
    }
}
