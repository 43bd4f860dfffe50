using Lutra.Raft;
using Lutra.Simulation.Disk;
using Lutra.Storage.Tables;

namespace Lutra.Storage.Tests.Tables;

/// <summary>
/// The power goes at every operation on the disk in turn, and whatever subset of the unsynced survives, a published state is there again.
/// </summary>
public sealed class CrashTests
{
    private const int SubsetsPerOperation = 3;

    [Fact]
    public void S02_S07_D07_a_power_cut_at_any_operation_of_opening_flushing_editing_and_merging_leaves_a_published_state()
    {
        var crashes = Sweep(
            prepare: _ => { },
            run: (bed, random) =>
            {
                bed.Open();
                for (var i = 0; i < 7; i++)
                {
                    bed.Batch(random);
                    bed.FlushAll();
                }
            },
            check: (bed, _) => Assert.True(bed.Store.Durable.Index >= bed.Flushed.LastOrDefault().Index));
        // Seven flushes of nine operations each, and two merges.
        Assert.True(crashes > 80, $"{crashes} operations");
    }

    [Fact]
    public void S02_S07_a_power_cut_at_any_operation_of_an_installation_leaves_the_old_state_or_the_new_one()
    {
        using var source = new TableBed(99);
        source.Open();
        source.LastVersion = 500;
        for (var i = 0; i < 3; i++)
        {
            source.Batch(new Random(i), puts: 40);
            source.FlushAll();
        }
        var applied = source.Store.Durable;
        using var set = source.Store.PinTables();
        Assert.True(set.Files.Count > 1);
        var old = LogPosition.Zero;
        var oldSeen = 0;
        var newSeen = 0;
        Sweep(
            prepare: bed =>
            {
                bed.Open();
                for (var i = 0; i < 2; i++)
                {
                    bed.Batch(new Random(i));
                    bed.FlushAll();
                }
                old = bed.Store.Durable;
                bed.Batch(new Random(7));
                bed.States[applied] = source.Model;
            },
            run: (bed, _) =>
            {
                var installed = false;
                bed.Store.Install(Received(bed, source.Disk, set), applied, () => installed = true);
                bed.Settle();
                if (bed.Crash is null)
                    Assert.True(installed);
                if (installed)
                    bed.Flushed.Add(applied);
            },
            check: (bed, random) =>
            {
                Assert.Contains(bed.Store.Durable, new[] { old, applied });
                if (bed.Flushed.Contains(applied))
                    Assert.Equal(applied, bed.Store.Durable);
                if (bed.Store.Durable == applied)
                {
                    newSeen++;
                    return;
                }
                oldSeen++;
                foreach (var left in bed.Disk.Paths.Where(path => path.StartsWith("incoming/", StringComparison.Ordinal)))
                    bed.Files.Delete(left);
                bed.Store.Install(Received(bed, source.Disk, set), applied, () => { });
                bed.Settle();
                Assert.Equal(applied, bed.Store.Applied);
                bed.GoOnFrom(applied);
                bed.AssertShown(random);
            });
        Assert.True(oldSeen > 0 && newSeen > 0);
    }

    internal static string[] Received(TableBed bed, SimulatedDisk from, TableSet set) =>
    [
        .. set.Files.Select((file, place) =>
        {
            var path = $"incoming/{place}";
            bed.Disk.Plant(path, from.ReadAll(file.Path));
            return path;
        }),
    ];

    /// <summary>
    /// Runs it with a crash at its first operation, its second, and so on until it comes through. Returns how many there were.
    /// </summary>
    private static int Sweep(Action<TableBed> prepare, Action<TableBed, Random> run, Action<TableBed, Random> check)
    {
        for (var crashIn = 1; ; crashIn++)
        {
            for (var subset = 0; subset < SubsetsPerOperation; subset++)
            {
                var random = new Random((crashIn * 31) + subset);
                using var bed = new TableBed((ulong)random.Next());
                prepare(bed);
                bed.Disk.Faults.CrashIn = crashIn;
                try
                {
                    run(bed, random);
                }
                catch (SimulatedCrashException)
                {
                    // The operation was the test's own call.
                }
                catch (Xunit.Sdk.XunitException) when (!bed.Process.IsAlive)
                {
                    // What it expects cannot be after a crash.
                }
                if (bed.Process.IsAlive)
                    return crashIn - 1;
                bed.Disk.Faults.CrashIn = 0;
                bed.Restart(powerCut: random);
                check(bed, random);
                bed.AssertShown(random);
                bed.Settle();
                using (var set = bed.Store.PinTables())
                    Assert.Equal(set.Files.Select(file => file.Path).Order(StringComparer.Ordinal), bed.TablePaths);
                bed.Batch(random);
                bed.FlushAll();
                bed.Restart();
                bed.AssertShown(random);
                Assert.Empty(bed.Failures);
            }
        }
    }
}
