using Lutra.Server.Etcd;
using Lutra.Server.Etcd.Errors;
using Lutra.Server.Etcd.Grpc;

namespace Lutra.Server.Tests.Etcd;

public sealed class LeaderPatienceTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_call_is_held_while_a_leader_is_elected()
    {
        Queue<int> millis = new([1, 500, 999, 0]);
        await LeaderPatience.WaitAsync(() => TimeSpan.FromMilliseconds(millis.Dequeue()), Patience, () => EtcdErrors.NoLeader, TestContext.Current.CancellationToken);
        Assert.Empty(millis);
    }

    [Fact]
    public async Task Where_there_was_no_leader_for_an_election_timeout_it_is_refused()
    {
        Queue<int> millis = new([999, 1000, 0]);
        var refused = await Assert.ThrowsAsync<GrpcException>(() => LeaderPatience.WaitAsync(() => TimeSpan.FromMilliseconds(millis.Dequeue()), Patience, () => EtcdErrors.NoLeader, TestContext.Current.CancellationToken).AsTask());
        Assert.Equal((GrpcStatusCode.Unavailable, "etcdserver: no leader", 1), (refused.Code, refused.Message, millis.Count));
    }
}
