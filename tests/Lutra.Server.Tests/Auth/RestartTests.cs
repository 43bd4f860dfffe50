using System.Net;
using Google.Protobuf;
using Lutra.Server.Tests.Etcd;
using Lutra.Server.Tests.Support;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Tests.Auth;

/// <summary>A node that was started again shows nobody what only its tables say, which are older than its log.</summary>
public sealed class RestartTests : IDisposable
{
    private const string Range = "/etcdserverpb.KV/Range";

    private static readonly Pb.RangeRequest Read = new() { Key = ByteString.CopyFromUtf8("m"), Serializable = true };

    private readonly string folder = Directory.CreateTempSubdirectory("lutra-restart-tests-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task K06_a_node_that_was_started_again_admits_nobody_by_the_users_of_before()
    {
        await using var first = await ServedNode.ListenAsync();
        await using var second = await ServedNode.ListenAsync();
        string[] peers = [$"1={first.Address}", $"2={second.Address}"];
        await first.StartAsync(folder, "1", peers);
        await second.StartAsync(folder, "2", peers);
        await first.Node.WaitUntilReadyAsync();
        await SurelyAsync(() => first.Node.PutAsync("m", "secret").AsTask());
        foreach (var change in new AuthChange[] { new AddUser("root", null), new GrantRole("root", "root"), new EnableAuth() })
            await SurelyAsync(() => first.Node.Users.ChangeAsync(change).AsTask());

        // Alone it can hear from nobody whether the end of its log was agreed upon: and there it says that users are asked for.
        await second.Node.StopAsync();
        await first.Node.StopAsync();
        await first.StartAsync(folder, "1", peers, requestTimeoutMillis: 200);
        await OpenedAsync(first);
        using var client = new GrpcClient(first.Address);
        Assert.False(first.Node.Auth.IsEnabled);
        Assert.Equal(14, (await client.TryAsync(Range, Read)).Status);
        Assert.Equal("etcdserver: no leader", (await client.TryAsync(Range, Read, ("hasleader", "true"))).Message);
        Assert.True(first.Node.TimeWithoutLeader >= TimeSpan.FromMilliseconds(first.Node.Options.ElectionTimeoutMillis));
        Assert.Equal(14, (await client.TryAsync("/etcdserverpb.Maintenance/Status", new Pb.StatusRequest())).Status);
        Assert.Equal(14, (await client.TryAsync("/etcdserverpb.Maintenance/Snapshot", new Pb.SnapshotRequest())).Status);
        foreach (var path in new[] { "/key/m?consistency=local", "/keys?consistency=local", "/status", "/watch?prefix=m&from=1" })
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.Http.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.Http.GetAsync("/livez")).StatusCode);
        Assert.False(first.Node.HasCaughtUp);

        await second.StartAsync(folder, "2", peers);
        await first.Node.WaitUntilReadyAsync();
        GrpcEnd end;
        do
        {
            end = await client.TryAsync(Range, Read);
        }
        while (end.Status == 14);
        Assert.Equal((3, "etcdserver: user name is empty"), (end.Status, end.Message));
        Assert.True(first.Node.HasCaughtUp);
    }

    [Fact]
    public async Task A_node_that_was_started_again_shows_what_it_had_shown_before()
    {
        await using var node = await ServedNode.ListenAsync();
        await node.StartAsync(folder);
        await node.Node.WaitUntilReadyAsync();
        await node.Node.PutAsync("m", "secret");
        using var client = new GrpcClient(node.Address);
        for (var times = 0; times < 3; times++)
        {
            await node.Node.StopAsync();
            await node.StartAsync(folder);
            await OpenedAsync(node);
            Assert.Equal(1, (await client.CallAsync<Pb.RangeResponse>(Range, Read)).Count);
        }
    }

    // Before a node has opened its folder it answers nobody.
    private static async Task OpenedAsync(ServedNode node)
    {
        while (node.Node.Standing is null)
            await Task.Yield();
    }

    // A slow machine may change its leader meanwhile: what may or may not have been done is done again.
    private static async Task SurelyAsync(Func<Task> write)
    {
        while (true)
        {
            try
            {
                await write();
                return;
            }
            catch (LutraException again) when (again.Error is LutraError.OutcomeUnknown or LutraError.Unavailable)
            {
            }
            catch (LutraException done) when (done.Error == LutraError.UserExists)
            {
                return;
            }
        }
    }
}
