using Lutra.Client;
using Lutra.Client.Grpc;
using Lutra.Protocol.Etcd;
using Lutra.Server.Tests.Support;

namespace Lutra.Server.Tests.Nodes;

/// <summary>A learner does not do what etcd's learners do not do, and says so to etcd's clients in etcd's words, to ours with the leader beside.</summary>
public sealed class LearnerTests : IAsyncLifetime
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("lutra-learner-");
    private ServedNode leader = null!;
    private ServedNode learner = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        leader = await ServedNode.ListenAsync();
        learner = await ServedNode.ListenAsync();
        await leader.StartAsync(directory.FullName);
        await leader.Node.WaitUntilReadyAsync(Stop);
        await leader.Node.ChangeMembersAsync(new AddMember(learner.Address, "2", Promotion: MemberPromotion.Manual), Stop);
        await learner.StartAsync(directory.FullName, "2", [leader.Address], join: true);
        await learner.Node.WaitUntilReadyAsync(Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await learner.DisposeAsync();
        await leader.DisposeAsync();
        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task A_clients_write_goes_on_to_the_leader_and_etcds_clients_hear_nothing_new()
    {
        using (var etcds = new GrpcChannel(new Uri($"http://{learner.Address}")))
        {
            var request = new PutRequest { Key = Google.Protobuf.ByteString.CopyFromUtf8("name") };
            var told = await Assert.ThrowsAsync<GrpcException>(() => etcds.CallAsync("etcdserverpb.KV/Put", request, PutResponse.Parser, Stop).AsTask());
            Assert.Equal((9, "etcdserver: rpc not supported for learner"), (told.Status, told.Message));
            Assert.Equal((null, null, null), (told.Code, told.Detail, told.Leader));
        }

        await using (var one = new GrpcTransport())
        {
            var refused = await Assert.ThrowsAsync<LutraException>(() => one.Open(Endpoints.Parse(learner.Address)).PutAsync("name", "otter", cancellationToken: Stop).AsTask());
            Assert.Equal((LutraError.Unavailable, new LeaderHint("1", leader.Address)), (refused.Error, refused.Leader));
        }

        await using var client = LutraClient.Connect($"{learner.Address},{leader.Address}");
        Assert.Equal(new Revision(2), (await client.PutAsync("name", "otter", cancellationToken: Stop)).Revision);
    }
}
