using System.Net;
using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance.Etcd;

/// <summary>Nodes of ours behind a link that is called etcd, started with what a unit file of etcd has.</summary>
public sealed class ThreeLutrasAsEtcd() : RealEtcdTarget(3)
{
    protected override bool IsThere => true;

    protected override string Program(string folder)
    {
        var link = Path.Combine(folder, "etcd");
        File.CreateSymbolicLink(link, Path.Combine(AppContext.BaseDirectory, "lutra"));
        return link;
    }

    public override void Require() => Tools.Require("etcdctl");
}

public sealed class StartedAsEtcd(ThreeLutrasAsEtcd cluster) : IClassFixture<ThreeLutrasAsEtcd>
{
    [Fact]
    public async Task Three_nodes_start_with_the_flags_of_etcd_and_are_one_cluster()
    {
        cluster.Require();
        await new Etcdctl(cluster, cluster.Endpoints[0]).PrintAsync("put", "name", "otter");
        Assert.Equal("name\notter", await new Etcdctl(cluster, cluster.Endpoints[2]).PrintAsync("get", "name"));
        var members = (await new Etcdctl(cluster).JsonAsync("member", "list")).GetProperty("members").EnumerateArray().ToArray();
        Assert.Equal(["1", "2", "3"], members.Select(member => member.GetProperty("name").GetString()).Order());
        Assert.Equal(cluster.Endpoints.Select(endpoint => $"http://{endpoint}").Order(), members.Select(member => member.GetProperty("clientURLs")[0].GetString()).Order());

        // Peers have an address of their own, where nobody else is served.
        var peer = members[0].GetProperty("peerURLs")[0].GetString();
        Assert.DoesNotContain(peer!["http://".Length..], cluster.Endpoints);
        using var http = new HttpClient();
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync($"{peer}/health")).StatusCode);
    }

    [Fact]
    public void The_link_says_which_etcd_it_is_and_refuses_what_it_cannot_do()
    {
        var folder = Directory.CreateTempSubdirectory("lutra-as-etcd-").FullName;
        try
        {
            var etcd = Path.Combine(folder, "etcd");
            File.CreateSymbolicLink(etcd, Path.Combine(AppContext.BaseDirectory, "lutra"));
            var (code, said) = Tool.Run(etcd, "--version");
            Assert.Equal(0, code);
            Assert.StartsWith("etcd Version: 3.6.", said, StringComparison.Ordinal);
            (code, said) = Tool.Run(etcd, "--wal-dir=/fast", "--unsafe-no-fsync");
            Assert.Equal(2, code);
            Assert.Contains("--wal-dir has no meaning here: the log lies beside the tables", said, StringComparison.Ordinal);
            Assert.Contains("--unsafe-no-fsync is \"true\"", said, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
