using Lutra.Client.Retry;

namespace Lutra.Client.Tests.Retry;

public sealed class RetryPolicyTests
{
    private static readonly RetryPolicy Policy = new();

    [Theory]
    [InlineData(LutraError.Unavailable, true, true, true)]
    [InlineData(LutraError.Stopped, true, true, true)]
    [InlineData(LutraError.Overloaded, true, true, true)]
    [InlineData(LutraError.OutcomeUnknown, true, true, false)]
    [InlineData(LutraError.InvalidArgument, false, false, false)]
    [InlineData(LutraError.TooLarge, false, false, false)]
    [InlineData(LutraError.KeyNotFound, false, false, false)]
    [InlineData(LutraError.Compacted, false, false, false)]
    [InlineData(LutraError.FutureRevision, false, false, false)]
    [InlineData(LutraError.LeaseNotFound, false, false, false)]
    [InlineData(LutraError.IdempotencyKeyReused, false, false, false)]
    [InlineData(LutraError.SessionExpired, false, false, false)]
    [InlineData(LutraError.NoSpace, false, false, false)]
    [InlineData(LutraError.Corrupt, false, false, false)]
    [InlineData(LutraError.Denied, false, false, false)]
    [InlineData(LutraError.LeaseExists, false, false, false)]
    [InlineData(LutraError.MemberNotFound, false, false, false)]
    [InlineData(LutraError.MemberExists, false, false, false)]
    [InlineData(LutraError.ChangeRefused, false, false, false)]
    [InlineData(LutraError.UserRequired, false, false, false)]
    [InlineData(LutraError.InvalidToken, false, false, false)]
    [InlineData(LutraError.LoginFailed, false, false, false)]
    [InlineData(LutraError.AuthRevisionOld, false, false, false)]
    [InlineData(LutraError.AuthNotEnabled, false, false, false)]
    [InlineData(LutraError.UserNotFound, false, false, false)]
    [InlineData(LutraError.UserExists, false, false, false)]
    [InlineData(LutraError.RoleNotFound, false, false, false)]
    [InlineData(LutraError.RoleExists, false, false, false)]
    [InlineData(LutraError.RoleNotGranted, false, false, false)]
    [InlineData(LutraError.PermissionNotGranted, false, false, false)]
    [InlineData(LutraError.RootUserMissing, false, false, false)]
    [InlineData(LutraError.RootRoleMissing, false, false, false)]
    [InlineData(LutraError.AuthChangeRefused, false, false, false)]
    public void C07_a_write_without_a_key_is_tried_again_only_where_it_was_certainly_not_done(
        LutraError error, bool read, bool writeWithKey, bool writeOnce)
    {
        Assert.Equal(read, Policy.Decide(CallSafety.Read, error, 1, 3, 0) is not null);
        Assert.Equal(writeWithKey, Policy.Decide(CallSafety.WriteWithKey, error, 1, 3, 0) is not null);
        Assert.Equal(writeOnce, Policy.Decide(CallSafety.WriteOnce, error, 1, 3, 0) is not null);
    }

    [Fact]
    public void Every_error_was_thought_of()
    {
        var listed = typeof(RetryPolicyTests).GetMethod(nameof(C07_a_write_without_a_key_is_tried_again_only_where_it_was_certainly_not_done))!
            .GetCustomAttributes(typeof(InlineDataAttribute), false).Cast<InlineDataAttribute>().Select(data => (LutraError)data.Data[0]!);
        Assert.Equal(Enum.GetValues<LutraError>().Order(), listed.Order());
    }

    [Theory]
    [InlineData(1, 3, 0)]
    [InlineData(2, 3, 0)]
    [InlineData(3, 3, 50)]
    [InlineData(5, 3, 50)]
    [InlineData(6, 3, 100)]
    [InlineData(9, 3, 200)]
    [InlineData(1, 1, 50)]
    [InlineData(2, 1, 100)]
    [InlineData(5, 1, 800)]
    [InlineData(6, 1, 1000)]
    [InlineData(1000, 1, 1000)]
    public void The_other_endpoints_are_asked_at_once_and_then_waits_double(int failures, int endpoints, int milliseconds)
    {
        var wait = Policy.Decide(CallSafety.Read, LutraError.Unavailable, failures, endpoints, spread: 1);
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), wait);
        var shortest = Policy.Decide(CallSafety.Read, LutraError.Unavailable, failures, endpoints, spread: 0);
        Assert.Equal(wait / 2, shortest);
    }

    [Fact]
    public void Who_is_told_to_come_back_later_does_not_ask_the_next_at_once() =>
        Assert.Equal(TimeSpan.FromMilliseconds(50), Policy.Decide(CallSafety.Read, LutraError.Overloaded, 1, 3, spread: 1));
}
