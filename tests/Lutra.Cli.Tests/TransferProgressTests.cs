using Lutra.Cli.Transfer;

namespace Lutra.Cli.Tests;

public sealed class TransferProgressTests
{
    [Fact]
    public void A_bar_says_how_far_it_is_and_how_long_it_takes_and_is_drawn_ten_times_a_second_at_most()
    {
        var drawn = new List<string>();
        var now = TimeSpan.Zero;
        var progress = new TransferProgress("save", 200, drawn.Add, () => now);
        progress.Moved(1);
        Assert.Empty(drawn);
        now = TimeSpan.FromSeconds(2);
        progress.Moved(50);
        progress.Moved(51);
        Assert.EndsWith(" 25%  00:06 left", Assert.Single(drawn), StringComparison.Ordinal);
        now = TimeSpan.FromSeconds(3);
        progress.Moved(1000);
        Assert.EndsWith("100%  00:00 left", drawn[1], StringComparison.Ordinal);
        Assert.Equal(30, drawn[1].Count(letter => letter == '━'));
    }
}
