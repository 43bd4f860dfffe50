using System.Globalization;

namespace Lutra.Raft.Tests.RandomWorlds;

/// <summary>
/// Many small worlds with faults. <c>LUTRA_RAFT_SEEDS=5000</c> plays more of them, <c>LUTRA_RAFT_SEED=17</c> plays one.
/// </summary>
public sealed class RandomTests
{
    [Fact]
    public void Any_world_is_safe_and_recovers()
    {
        var only = Number("LUTRA_RAFT_SEED");
        var count = only is null ? Number("LUTRA_RAFT_SEEDS") ?? 300 : 1;
        var committed = 0;
        for (var seed = only ?? 0; seed < (only ?? 0) + count; seed++)
        {
            try
            {
                var run = new RandomRun(seed);
                run.Play();
                committed += run.Committed;
            }
            catch (Exception broken)
            {
                Assert.Fail($"Repeat with: LUTRA_RAFT_SEED={seed} dotnet test tests/Lutra.Raft.Tests --filter Any_world\n{broken}");
            }
        }

        // A run that commits nothing would prove nothing.
        Assert.True(committed > 10 * count, $"{committed} entries were committed in {count} runs.");
    }

    [Fact]
    public void One_seed_plays_alike_twice()
    {
        for (var seed = 1000; seed < 1010; seed++)
        {
            var (one, other) = (new RandomRun(seed), new RandomRun(seed));
            one.Play();
            other.Play();
            Assert.Equal(one.TraceHash, other.TraceHash);
        }
    }

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
