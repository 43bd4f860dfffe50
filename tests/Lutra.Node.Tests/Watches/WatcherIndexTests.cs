using FsCheck;
using FsCheck.Fluent;
using Lutra.Node.Watches;

namespace Lutra.Node.Tests.Watches;

/// <summary>The index finds those watchers whose range holds a key: exactly those that a look at each would find.</summary>
public sealed class WatcherIndexTests
{
    [Fact]
    public void It_finds_whom_a_look_at_each_finds_while_watchers_come_and_go() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed => Compare(new Random(seed))).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    private static void Compare(Random random)
    {
        var index = new WatcherIndex();
        List<Watcher> all = [];
        for (var step = 0; step < 600; step++)
        {
            switch (random.Next(4))
            {
                case 0 when all.Count > 0:
                    var gone = all[random.Next(all.Count)];
                    all.Remove(gone);
                    index.Remove(gone);
                    break;
                case 1:
                    var key = Key(random);
                    List<Watcher> found = [];
                    index.Find(key, found);
                    Assert.Equal(
                        all.Where(watcher => watcher.Range.Contains(key)).Select(watcher => watcher.Number).Order(),
                        found.Select(watcher => watcher.Number).Order());
                    break;
                default:
                    var added = new Watcher(null!, step, new WatchOperation(Range(random)), 1, () => { });
                    all.Add(added);
                    index.Add(added);
                    break;
            }

            Assert.Equal(all.Count, index.Count);
        }

        Assert.Equal(all, index.All());
    }

    private static KeyRange Range(Random random) => random.Next(4) switch
    {
        0 => KeyRange.Single(Key(random)),
        1 => KeyRange.Prefix(Key(random)),
        2 => new KeyRange(Key(random), random.Next(2) == 0 ? ReadOnlyMemory<byte>.Empty : Key(random)),
        _ => KeyRange.All,
    };

    private static byte[] Key(Random random)
    {
        var key = new byte[random.Next(1, 4)];
        for (var at = 0; at < key.Length; at++)
            key[at] = random.Next(6) switch { 0 => 0, 1 => 0xff, var letter => (byte)('a' + letter) };
        return key;
    }
}
