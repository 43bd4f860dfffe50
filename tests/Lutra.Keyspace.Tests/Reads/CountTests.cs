using FsCheck;
using FsCheck.Fluent;
using static Lutra.Keyspace.Tests.Text;

namespace Lutra.Keyspace.Tests;

/// <summary>Counts of keys that were not walked one by one: the same as if they had been.</summary>
public sealed class CountTests
{
    [Fact]
    public void Counts_are_right_after_every_change_whoever_built_them_and_when()
    {
        var changes = Gen.Zip(Gen.Choose(0, 60), Gen.Choose(0, 3)).ListOf(150);
        Prop.ForAll(changes.ToArbitrary(), drawn =>
        {
            using var bed = new KeyspaceBed(KeyspaceBed.Small);
            var model = new SortedSet<string>(StringComparer.Ordinal);
            var at = 0;
            foreach (var (number, kind) in drawn)
            {
                var key = $"k{number:d2}";
                if (kind == 0 ? model.Remove(key) : model.Add(key))
                    _ = kind == 0 ? (OperationResult)bed.Delete(key) : bed.Put(key);
                var (from, end) = ($"k{at * 7 % 60:d2}", at % 3 == 0 ? "" : $"k{at * 13 % 60:d2}");
                at++;
                var wanted = model.Count(one => string.CompareOrdinal(one, from) >= 0 && (end.Length == 0 || string.CompareOrdinal(one, end) < 0));
                Check(bed, Range(from, end), wanted);
                Check(bed, KeyRange.All, model.Count);
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task Readers_on_other_threads_count_what_their_view_holds()
    {
        using var bed = new KeyspaceBed();
        var ended = false;
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            while (!Volatile.Read(ref ended))
            {
                using var view = bed.Store.Pin();
                Assert.Equal(view.Range(new RangeOperation(KeyRange.All)).KeyValues.Length, view.Range(new RangeOperation(KeyRange.All, Limit: 1)).Count);
            }
        })).ToArray();
        var random = new Random(1);
        for (var change = 0; change < 20_000 && !readers.Any(reader => reader.IsFaulted); change++)
        {
            var key = $"{random.Next(200)}";
            if (random.Next(2) == 0)
                bed.Put(key);
            else
                bed.Do(new Commands.WriteCommand(Text.Delete(key)));
        }

        Volatile.Write(ref ended, true);
        await Task.WhenAll(readers);
    }

    [Fact]
    public void A_state_that_is_installed_is_counted_anew()
    {
        using var bed = new KeyspaceBed();
        for (var number = 0; number < 50; number++)
            bed.Put($"k{number:d2}");
        Check(bed, KeyRange.All, 50);
        bed.Store.Reload();
        bed.Put("x");
        Check(bed, KeyRange.All, 51);
        Check(bed, KeyRange.All, 51);
    }

    private static void Check(KeyspaceBed bed, KeyRange range, int wanted)
    {
        using var view = bed.Store.Pin();
        Assert.Equal(wanted, view.Range(new RangeOperation(range, CountOnly: true)).Count);
        var limited = view.Range(new RangeOperation(range, Limit: 2));
        Assert.Equal((wanted, Math.Min(wanted, 2), wanted > 2), (limited.Count, limited.KeyValues.Length, limited.More));
    }
}
