using Lutra.Cli.Demo;

namespace Lutra.Cli.Tests.Demo;

public sealed class ElectionDemoTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public async Task Every_seed_tells_a_story_that_ends_with_one_leader_and_one_value(int nodes)
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var said = await TellAsync(nodes, seed);
            Assert.Contains($"== All {nodes} nodes agree: city = Bremen.", said, StringComparison.Ordinal);
            Assert.Contains("get country: key not found", said, StringComparison.Ordinal);
            Assert.Contains("you have my vote", said, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_same_seed_tells_the_same_story() => Assert.Equal(await TellAsync(5, 7), await TellAsync(5, 7));

    private static async Task<string> TellAsync(int nodes, int seed)
    {
        var said = new List<string>();
        await new ElectionDemo(nodes, seed, said.Add, () => Task.CompletedTask).RunAsync();
        return string.Join('\n', said);
    }
}
