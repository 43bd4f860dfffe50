using Lutra.Storage.Tables;

namespace Lutra.Storage.Tests.Tables;

/// <summary>One state of the store as plain sorted entries, and the questions that a view must answer like it.</summary>
internal sealed class ModelState
{
    private static readonly Comparer<(byte[] Key, ulong Version)> order = Comparer<(byte[] Key, ulong Version)>.Create((left, right) =>
    {
        var byKey = left.Key.AsSpan().SequenceCompareTo(right.Key);
        return byKey != 0 ? byKey : right.Version.CompareTo(left.Version);
    });

    private readonly SortedDictionary<(byte[] Key, ulong Version), byte[]> entries;

    public ModelState() => entries = new(order);

    private ModelState(ModelState from) => entries = new(from.entries, order);

    public int Count => entries.Count;

    public void Put(byte[] key, ulong version, byte[] value) => entries[(key, version)] = value;

    public ModelState Copy() => new(this);

    public void AssertShownBy(TableView view, Random random)
    {
        var expected = entries.ToArray();
        using var cursor = view.OpenCursor();

        var place = 0;
        for (var valid = cursor.Seek([], ulong.MaxValue); valid; valid = cursor.Next())
            AssertAt(cursor, expected[place++]);
        Assert.Equal(expected.Length, place);

        for (var valid = cursor.SeekBefore(Beyond, 0); valid; valid = cursor.Previous())
            AssertAt(cursor, expected[--place]);
        Assert.Equal(0, place);

        for (var asked = 0; asked < 12; asked++)
        {
            var (key, version) = APlace(expected, random);
            AssertWalk(cursor, expected, key, version, random);
            AssertGet(view, key, version);
            AssertKeys(view, key, version);
        }

        AssertKeys(view, [], ulong.MaxValue);
    }

    public void AssertGet(TableView view, byte[] key, ulong versionMax)
    {
        var found = view.TryGet(key, versionMax, out var version, out var value);
        var expected = entries.FirstOrDefault(entry => entry.Key.Key.AsSpan().SequenceEqual(key) && entry.Key.Version <= versionMax);
        Assert.Equal(expected.Key.Key is not null, found);
        if (!found)
            return;
        Assert.Equal(expected.Key.Version, version);
        Assert.Equal(expected.Value, value.ToArray());
    }

    public byte[]? Find(byte[] key, ulong versionMax) =>
        entries.FirstOrDefault(entry => entry.Key.Key.AsSpan().SequenceEqual(key) && entry.Key.Version <= versionMax).Value;

    /// <summary>All keys from one on, each with its newest version at or below a bound.</summary>
    private void AssertKeys(TableView view, byte[] from, ulong versionMax)
    {
        var cursor = view.OpenKeys();
        var valid = cursor.Seek(from);
        foreach (var key in entries.Keys.Select(entry => entry.Key).Where(key => key.AsSpan().SequenceCompareTo(from) >= 0).DistinctBy(Convert.ToHexString))
        {
            Assert.True(valid && cursor.IsValid);
            Assert.Equal(key, cursor.Key.ToArray());
            var expected = entries.FirstOrDefault(entry => entry.Key.Key.AsSpan().SequenceEqual(key) && entry.Key.Version <= versionMax);
            Assert.Equal(expected.Key.Key is not null, cursor.TryGet(versionMax, out var version, out var value));
            if (expected.Key.Key is not null)
                Assert.Equal((expected.Key.Version, Convert.ToHexString(expected.Value)), (version, Convert.ToHexString(value.Span)));
            valid = cursor.Next();
        }

        Assert.False(valid || cursor.IsValid);
    }

    private static byte[] Beyond { get; } = [.. Enumerable.Repeat((byte)0xFF, 40)];

    /// <summary>Seeks one way, then walks to and fro for a while.</summary>
    private static void AssertWalk(
        TableCursor cursor, KeyValuePair<(byte[] Key, ulong Version), byte[]>[] expected, byte[] key, ulong version, Random random)
    {
        var firstFrom = Array.FindIndex(expected, entry => order.Compare(entry.Key, (key, version)) >= 0);
        if (firstFrom < 0)
            firstFrom = expected.Length;
        var forward = random.Next(2) == 0;
        var at = forward ? firstFrom : firstFrom - 1;
        var valid = forward ? cursor.Seek(key, version) : cursor.SeekBefore(key, version);
        for (var moves = 0; ; moves++)
        {
            Assert.Equal(at >= 0 && at < expected.Length, valid);
            Assert.Equal(valid, cursor.IsValid);
            if (!valid || moves == 8)
                return;
            AssertAt(cursor, expected[at]);
            forward = random.Next(2) == 0;
            at += forward ? 1 : -1;
            valid = forward ? cursor.Next() : cursor.Previous();
        }
    }

    private static void AssertAt(TableCursor cursor, KeyValuePair<(byte[] Key, ulong Version), byte[]> expected)
    {
        Assert.Equal(expected.Key.Key, cursor.Key.ToArray());
        Assert.Equal(expected.Key.Version, cursor.Version);
        Assert.Equal(expected.Value, cursor.Value.ToArray());
    }

    private static (byte[] Key, ulong Version) APlace(KeyValuePair<(byte[] Key, ulong Version), byte[]>[] expected, Random random)
    {
        if (expected.Length == 0 || random.Next(4) == 0)
            return (ModelKeys.Any(random), (ulong)random.Next(50));
        var (key, version) = expected[random.Next(expected.Length)].Key;
        return random.Next(4) switch
        {
            0 => (key, version),
            1 => (key, version + 1),
            2 => (key, version == 0 ? 0 : version - 1),
            _ => (key, ulong.MaxValue),
        };
    }
}
