using Lutra.Client.Grpc;
using Lutra.Protocol;

namespace Lutra.Client.Tests.Grpc;

/// <summary>What a status means: above all, whether a write was certainly not done.</summary>
public sealed class EtcdRefusalsTests
{
    [Theory]
    [InlineData(14, "etcdserver: no leader", LutraError.Unavailable)]
    [InlineData(14, "etcdserver: leader changed", LutraError.OutcomeUnknown)]
    [InlineData(14, "etcdserver: request timed out", LutraError.OutcomeUnknown)]
    [InlineData(14, "etcdserver: request timed out, possibly due to previous leader failure", LutraError.OutcomeUnknown)]
    [InlineData(14, "etcdserver: server stopped", LutraError.OutcomeUnknown)]
    [InlineData(4, "context deadline exceeded", LutraError.OutcomeUnknown)]
    [InlineData(2, "something new", LutraError.OutcomeUnknown)]
    [InlineData(13, "internal", LutraError.OutcomeUnknown)]
    [InlineData(8, "etcdserver: too many requests", LutraError.Overloaded)]
    [InlineData(8, "etcdserver: mvcc: database space exceeded", LutraError.NoSpace)]
    [InlineData(15, "etcdserver: corrupt cluster", LutraError.Corrupt)]
    [InlineData(8, "grpc: received message larger than max", LutraError.TooLarge)]
    [InlineData(7, "etcdserver: permission denied", LutraError.Denied)]
    [InlineData(16, "etcdserver: invalid auth token", LutraError.InvalidToken)]
    [InlineData(3, "etcdserver: authentication failed, invalid user ID or password", LutraError.LoginFailed)]
    [InlineData(2, "auth: authentication failed, password was given for no password user", LutraError.LoginFailed)]
    [InlineData(12, "unknown method", LutraError.InvalidArgument)]
    [InlineData(3, "etcdserver: key is not provided", LutraError.InvalidArgument)]
    [InlineData(3, "etcdserver: key not found", LutraError.KeyNotFound)]
    public void C07_a_write_is_taken_for_not_done_only_where_the_status_proves_it(int status, string message, LutraError expected)
    {
        var failure = new GrpcException(status, message) { IsAnswer = true };
        Assert.Equal(expected, EtcdRefusals.ToException(failure, isWrite: true, "there").Error);
        var asRead = expected == LutraError.OutcomeUnknown ? LutraError.Unavailable : expected;
        Assert.Equal(asRead, EtcdRefusals.ToException(failure, isWrite: false, "there").Error);
    }

    [Fact]
    public void C07_a_connection_that_broke_leaves_a_write_open_and_one_that_was_never_made_does_not()
    {
        var broke = new GrpcException(GrpcException.Unavailable, "The connection broke.");
        Assert.Equal(LutraError.OutcomeUnknown, EtcdRefusals.ToException(broke, isWrite: true, "there").Error);
        Assert.Equal(LutraError.Unavailable, EtcdRefusals.ToException(broke, isWrite: false, "there").Error);
        var never = new GrpcException(GrpcException.Unavailable, "Nobody listens.") { IsBeforeSending = true };
        Assert.Equal(LutraError.Unavailable, EtcdRefusals.ToException(never, isWrite: true, "there").Error);
    }

    [Fact]
    public void What_a_server_of_ours_says_beside_the_status_goes_before_it()
    {
        var refused = new GrpcException(4, "context deadline exceeded")
        {
            IsAnswer = true,
            Code = ProblemCodes.Unavailable,
            Detail = "There is no leader.",
            Leader = new LeaderHint("3", "10.0.0.3:2379"),
        };
        var told = EtcdRefusals.ToException(refused, isWrite: true, "there");
        Assert.Equal((LutraError.Unavailable, "There is no leader.", refused.Leader), (told.Error, told.Message, told.Leader));
        var unknown = new GrpcException(4, "context deadline exceeded") { IsAnswer = true, Code = "of a later version" };
        Assert.Equal(LutraError.OutcomeUnknown, EtcdRefusals.ToException(unknown, isWrite: true, "there").Error);
    }
}
