using Lutra.Cli.Client;

namespace Lutra.Cli.Tests;

public sealed class ClientTimeoutFlagTests
{
    [Theory]
    [InlineData(null, null, 10)]
    [InlineData(null, "", 10)]
    [InlineData(null, "60", 60)]
    [InlineData(3, "60", 3)]
    [InlineData(3, "nonsense", 3)]
    public void The_flag_goes_before_the_environment(int? given, string? environment, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), ClientTimeoutFlag.Of(given, environment));

    [Theory]
    [InlineData(0, null, "--timeout is 0, but must be from 1 to 86400 seconds.")]
    [InlineData(86401, "5", "--timeout is 86401, but")]
    [InlineData(null, "soon", "LUTRA_TIMEOUT is 'soon', but")]
    [InlineData(null, "-1", "LUTRA_TIMEOUT is '-1', but")]
    public void What_is_no_time_is_refused(int? given, string? environment, string message)
    {
        var refused = Assert.Throws<LutraException>(() => ClientTimeoutFlag.Of(given, environment));
        Assert.Equal(LutraError.InvalidArgument, refused.Error);
        Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
    }
}
