using System.Text;

namespace Lutra.Keyspace.Tests.Apply;

/// <summary>What the applier remembers of keys: right, or not known.</summary>
public sealed class RecentKeysTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(100)]
    public void What_is_known_is_what_was_said_last(int count)
    {
        var recent = new RecentKeys(count);
        var said = new Dictionary<string, LiveKey>();
        var random = new Random(count);
        var found = 0;
        for (var step = 1; step <= 20_000; step++)
        {
            var key = Draw(random);
            if (random.Next(2) == 0)
            {
                said[key] = random.Next(4) == 0 ? default : new LiveKey(step, random.Next(step), random.Next(1, 9), random.Next(3));
                recent.Set(Encoding.UTF8.GetBytes(key), said[key]);
            }
            else if (recent.TryGet(Encoding.UTF8.GetBytes(key), out var live))
            {
                found++;
                Assert.Equal(said[key], live);
            }
        }

        Assert.InRange(found, 100, 9_900);
    }

    [Fact]
    public void As_many_as_it_has_places_are_known_and_then_the_oldest_of_a_set_goes()
    {
        var recent = new RecentKeys(4);
        foreach (var key in (string[])["a", "b", "c", "d", "b", "e"])
            recent.Set(Encoding.UTF8.GetBytes(key), new LiveKey(1, 1, 1, 0));
        Assert.Equal([false, true, true, true, true], new[] { "a", "b", "c", "d", "e" }.Select(key => recent.TryGet(Encoding.UTF8.GetBytes(key), out _)));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(RecentKeys.KeyBytesMax, true)]
    [InlineData(RecentKeys.KeyBytesMax + 1, false)]
    public void Keys_that_are_too_long_are_not_remembered(int keyBytes, bool isKnown)
    {
        var recent = new RecentKeys(16);
        recent.Set(new byte[keyBytes], new LiveKey(3, 2, 1, 0));
        Assert.Equal(isKnown, recent.TryGet(new byte[keyBytes], out var live));
        Assert.Equal(isKnown, live.IsThere);
    }

    [Fact]
    public void After_it_was_cleared_it_knows_nothing()
    {
        var recent = new RecentKeys(16);
        recent.Set("a"u8, new LiveKey(3, 2, 1, 0));
        recent.Clear();
        Assert.False(recent.TryGet("a"u8, out _));
    }

    // Keys that begin alike, and some that are longer than what is remembered.
    private static string Draw(Random random) => new string('k', random.Next(8) == 0 ? random.Next(90, 100) : random.Next(0, 3)) + random.Next(12);
}
