using FsCheck;
using FsCheck.Fluent;
using Lutra.Storage.Tables;

namespace Lutra.Storage.Tests.Tables;

public sealed class TableModelTests
{
    [Fact]
    public void The_store_is_a_sorted_map_through_flushes_merges_kills_and_power_cuts() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            using var bed = new TableBed((ulong)seed);
            bed.Open();
            List<TableView> views = [];
            for (var step = 0; step < 80; step++)
            {
                switch (random.Next(20))
                {
                    case 0:
                        bed.Store.RequestFlush();
                        break;
                    case < 4:
                        views.Add(bed.Store.Pin());
                        break;
                    case 4 when views.Count > 0:
                        // A view shows its state however many flushes and merges ago it was pinned.
                        var place = random.Next(views.Count);
                        bed.States[views[place].Applied].AssertShownBy(views[place], random);
                        views[place].Dispose();
                        views.RemoveAt(place);
                        break;
                    case 5 when random.Next(4) == 0:
                        views.ForEach(view => view.Dispose());
                        views.Clear();
                        var durable = bed.Flushed.LastOrDefault();
                        bed.Restart(random.Next(2) == 0 ? random : null);
                        Assert.True(bed.Store.Durable.Index >= durable.Index);
                        break;
                    case < 14:
                        for (var events = random.Next(30); events > 0; events--)
                            bed.Scheduler.RunOne();
                        break;
                    default:
                        bed.Batch(random, puts: random.Next(12));
                        break;
                }
            }
            foreach (var view in views)
            {
                bed.States[view.Applied].AssertShownBy(view, random);
                view.Dispose();
            }
            bed.AssertShown(random);
            bed.FlushAll();
            bed.Restart();
            bed.AssertShown(random);
            bed.Settle();
            Assert.True(bed.TablePaths.Count <= TableBed.Small.TablesMax);
            Assert.Empty(bed.Failures);
            Assert.Null(bed.Crash);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    [Fact]
    public void A_merge_drops_what_its_rule_drops_and_readings_above_the_floor_do_not_notice() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var rule = new FloorRule();
            using var bed = new TableBed((ulong)seed, rule: rule);
            bed.Open();
            for (var batch = 0; batch < 60; batch++)
            {
                bed.Batch(random, puts: 8, valueBytesMax: random.Next(2) == 0 ? 1 : 60);
                if (random.Next(3) == 0)
                    bed.Settle();
                if (random.Next(5) == 0)
                    rule.Floor = Math.Max(rule.Floor, bed.LastVersion - (ulong)random.Next((int)Math.Min(10, bed.LastVersion)));
            }
            bed.FlushAll();
            using var view = bed.Store.Pin();
            for (var asked = 0; asked < 60; asked++)
            {
                var key = ModelKeys.Any(random);
                var at = rule.Floor + (ulong)random.Next((int)(bed.LastVersion - rule.Floor) + 1);
                var expected = bed.Model.Find(key, at) is { Length: > 0 } value ? value : null;
                var found = view.TryGet(key, at, out _, out var read) && !read.IsEmpty ? read.ToArray() : null;
                Assert.Equal(expected, found);
            }
            Assert.True(rule.Dropped > 0);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));
}
