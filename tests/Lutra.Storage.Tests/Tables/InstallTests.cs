using Lutra.Storage.Tables;

namespace Lutra.Storage.Tests.Tables;

public sealed class InstallTests
{
    [Fact]
    public void A_pinned_set_of_tables_stays_readable_through_merges_and_makes_the_same_state_elsewhere()
    {
        var random = new Random(1);
        using var source = new TableBed();
        source.Open();
        for (var i = 0; i < 2; i++)
        {
            source.Batch(random, puts: 40);
            source.FlushAll();
        }
        source.Batch(random);
        var set = source.Store.PinTables();
        var durable = set.Applied;
        Assert.Equal(TableBed.At(2), durable);
        for (var i = 0; i < 6; i++)
        {
            source.Batch(random);
            source.FlushAll();
        }

        using var target = new TableBed(2);
        target.Open();
        target.Batch(random);
        List<string> received = [];
        foreach (var file in set.Files)
        {
            // In pieces, as a transfer would.
            var bytes = new byte[file.LengthBytes];
            for (var offset = 0; offset < bytes.Length; offset += 100)
            {
                var piece = bytes.AsSpan(offset, Math.Min(100, bytes.Length - offset));
                Assert.Equal(piece.Length, set.Read(file, piece, offset));
            }
            received.Add($"incoming/{file.Number}");
            target.Disk.Plant(received[^1], bytes);
            using var verification = TableVerification.Begin(target.Files, received[^1]);
            while (!verification.Step())
            {
                // The next piece.
            }
            Assert.Equal(file.Checksum, verification.Checksum);
            Assert.Equal(file.LengthBytes, verification.LengthBytes);
        }
        var pinned = set.Files.Select(file => file.Path).ToArray();
        Assert.All(pinned, path => Assert.Contains(path, source.TablePaths));
        set.Dispose();
        source.Settle();
        Assert.All(pinned, path => Assert.DoesNotContain(path, source.TablePaths));

        var before = target.Store.Pin();
        var installed = false;
        target.States[durable] = source.States[durable];
        target.Store.Install(received, durable, () => installed = true);
        target.Settle();
        Assert.True(installed);
        Assert.Equal((durable, durable), (target.Store.Durable, target.Store.Applied));
        target.AssertShown(random);
        using (var view = target.Store.Pin())
            Assert.Equal(durable, view.Applied);
        Assert.Equal(TableBed.At(1), before.Applied);
        before.Dispose();
        target.Restart(powerCut: random);
        target.AssertShown(random);
        target.Batch(random);
        target.FlushAll();
        target.AssertShown(random);
    }

    [Fact]
    public void S05_an_installation_ends_flushes_and_merges_that_are_under_way_and_frees_the_applier()
    {
        var random = new Random(2);
        using var source = new TableBed();
        source.Open();
        source.LastVersion = 700;
        source.Batch(random, puts: 60);
        source.FlushAll();
        using var set = source.Store.PinTables();
        for (var eventsBefore = 0; eventsBefore < 60; eventsBefore++)
        {
            using var target = new TableBed((ulong)eventsBefore);
            var store = target.Open();
            for (var i = 0; i < 3; i++)
            {
                target.Batch(random, puts: 100);
                target.Settle();
            }
            while (store.HasRoom)
                target.Batch(random);
            for (var i = 0; i < eventsBefore; i++)
                target.Scheduler.RunOne();
            var old = store.Pin();
            var hadRoom = store.HasRoom;
            target.States[set.Applied] = source.States[set.Applied];
            store.Install(CrashTests.Received(target, source.Disk, set), set.Applied, () => { });
            Assert.Throws<InvalidOperationException>(() => store.Install([], set.Applied, () => { }));
            Assert.Throws<InvalidOperationException>(() => store.Put([1], 1, [2]));
            Assert.Throws<InvalidOperationException>(() => store.Publish(set.Applied));
            target.Settle();
            Assert.Empty(target.Failures);
            Assert.Equal(set.Applied, store.Applied);
            Assert.True(store.HasRoom);
            Assert.True(hadRoom || target.RoomAgainCount > 0);
            target.AssertShown(random);
            target.States[old.Applied].AssertShownBy(old, random);
            old.Dispose();
            target.Settle();
            Assert.Single(target.TablePaths);
            target.GoOnFrom(set.Applied);
            target.Batch(random);
            target.FlushAll();
            target.Restart();
            target.AssertShown(random);
        }
    }

    [Fact]
    public void The_empty_state_can_be_installed_and_a_full_disk_only_delays_it()
    {
        var random = new Random(3);
        using var bed = new TableBed();
        bed.Open();
        bed.Batch(random);
        bed.FlushAll();
        bed.Disk.Faults.QuotaBytes = bed.Disk.UsedBytes + 10;
        bed.Batch(random);
        bed.Store.RequestFlush();
        bed.Settle();
        Assert.Equal([true], bed.OutOfSpace);
        var installed = false;
        bed.States[TableBed.At(900)] = new ModelState();
        bed.Store.Install([], TableBed.At(900), () => installed = true);
        bed.Settle();
        Assert.False(installed);
        bed.AssertShown(random);
        bed.Disk.Faults.QuotaBytes = null;
        bed.Store.RetryWrites();
        bed.Settle();
        Assert.True(installed);
        Assert.Equal([true, false], bed.OutOfSpace);
        Assert.Empty(bed.TablePaths);
        bed.Restart();
        Assert.Equal(TableBed.At(900), bed.Store.Applied);
    }

    [Fact]
    public void Nothing_is_installed_in_the_middle_of_a_batch()
    {
        using var bed = new TableBed();
        bed.Open();
        bed.Put([1], [2]);
        Assert.Throws<InvalidOperationException>(() => bed.Store.Install([], TableBed.At(5), () => { }));
    }
}
