using Lutra.Simulation.Disk;
using Lutra.Simulation.Scheduling;
using Lutra.Storage.Files;

namespace Lutra.Storage.Tests.Disk;

public sealed class SimulatedDiskTests
{
    private readonly SimulatedScheduler scheduler = new(1);
    private readonly SimulatedDisk disk;
    private readonly IFiles files;

    public SimulatedDiskTests()
    {
        disk = new SimulatedDisk(scheduler, "disk");
        files = disk.Mount(scheduler.StartProcess("n1"));
    }

    [Fact]
    public void A_kill_keeps_what_was_written_and_ends_the_old_handles()
    {
        var file = files.Create("a");
        file.Write([1], 0);
        disk.Kill();
        Assert.Equal([1], disk.ReadAll("a"));
        Assert.Throws<SimulatedCrashException>(() => file.Write([2], 0));
        Assert.Throws<SimulatedCrashException>(() => files.Exists("a"));
    }

    [Fact]
    public void A_power_cut_keeps_synced_bytes_under_synced_names()
    {
        foreach (var seed in Enumerable.Range(0, 50))
        {
            var (cut, mounted) = NewDisk();
            var file = mounted.Create("a");
            file.Write(new byte[2000], 0);
            file.Write([1], 1999);
            file.Sync();
            mounted.SyncDirectory("");
            cut.PowerCut(new Random(seed));
            Assert.Equal(2000, cut.ReadAll("a").Length);
            Assert.Equal(1, cut.ReadAll("a")[1999]);
        }
    }

    [Fact]
    public void A_power_cut_keeps_any_subset_of_unsynced_sectors()
    {
        HashSet<string> seen = [];
        foreach (var seed in Enumerable.Range(0, 200))
        {
            var (cut, mounted) = NewDisk();
            var file = mounted.Create("a");
            file.Write(new byte[1024], 0);
            file.Sync();
            mounted.SyncDirectory("");
            file.Write(Enumerable.Repeat((byte)1, 1024).ToArray(), 0);
            file.Write(Enumerable.Repeat((byte)2, 512).ToArray(), 0);
            cut.PowerCut(new Random(seed));
            var bytes = cut.ReadAll("a");
            seen.Add($"{bytes[0]}{bytes[511]} {bytes[512]}{bytes[1023]}");
        }
        Assert.Equal(["00 00", "00 11", "11 00", "11 11", "22 00", "22 11"], seen.Order());
    }

    [Fact]
    public void D07_a_power_cut_keeps_any_subset_of_unsynced_names()
    {
        HashSet<string> seen = [];
        foreach (var seed in Enumerable.Range(0, 200))
        {
            var (cut, mounted) = NewDisk();
            mounted.Create("old").Dispose();
            mounted.SyncDirectory("");
            mounted.Create("new").Dispose();
            mounted.Rename("old", "moved");
            cut.PowerCut(new Random(seed));
            seen.Add(string.Join(' ', cut.Paths));
        }
        Assert.Equal(["moved", "moved new", "new old", "old"], seen.Order());
    }

    [Fact]
    public void D07_a_folder_that_was_not_synced_takes_its_files_with_it()
    {
        var lost = Enumerable.Range(0, 50).Count(seed =>
        {
            var (cut, mounted) = NewDisk();
            mounted.CreateDirectory("log");
            var file = mounted.Create("log/a");
            file.Sync();
            mounted.SyncDirectory("log");
            cut.PowerCut(new Random(seed));
            return cut.Paths.Count == 0;
        });
        Assert.InRange(lost, 1, 49);
    }

    [Fact]
    public void A_submitted_sync_makes_durable_when_it_completes_and_not_before()
    {
        var lost = Enumerable.Range(0, 50).Count(seed =>
        {
            var (cut, mounted) = NewDisk();
            var file = mounted.Create("a");
            mounted.SyncDirectory("");
            mounted.Submit(new DiskRequest(file, new byte[] { 1 }, 0, Sync: true, _ => { }));
            cut.PowerCut(new Random(seed));
            return cut.ReadAll("a").Length == 0;
        });
        Assert.InRange(lost, 1, 49);
    }

    [Fact]
    public void A_sync_does_not_cover_what_is_written_while_it_runs()
    {
        foreach (var seed in Enumerable.Range(0, 50))
        {
            var file = files.Create($"a{seed}");
            files.SyncDirectory("");
            file.Write(new byte[512], 0);
            files.Submit(new DiskRequest(file, default, 0, Sync: true, _ => { }));
            file.Write([1], 0);
            scheduler.RunUntilIdle();
        }
        disk.PowerCut(new Random(1));
        Assert.Equal(new byte[] { 0, 1 }, disk.Paths.Select(path => disk.ReadAll(path)[0]).Distinct().Order());
    }

    [Fact]
    public void D02_a_failed_sync_drops_the_data_and_the_next_one_says_that_all_is_well()
    {
        var file = files.Create("a");
        file.Write([1], 0);
        file.Sync();
        file.Write([2], 0);
        disk.Faults.FailSyncIn = 1;
        Assert.Contains("a failed", Assert.Throws<DiskException>(file.Sync).Message, StringComparison.Ordinal);
        file.Sync();
        Assert.Equal([1], disk.ReadAll("a"));
    }

    [Fact]
    public void A_quota_refuses_what_goes_beyond_it_and_writes_what_fits()
    {
        var file = files.Create("a");
        disk.Faults.QuotaBytes = 700;
        Assert.Throws<DiskFullException>(() => file.Write(new byte[1000], 0));
        Assert.Equal(700, file.Length);
        file.Write(new byte[700], 0);
        disk.Faults.QuotaBytes = 1000;
        file.Write(new byte[1000], 0);
    }

    [Fact]
    public void A_crash_at_every_operation_halts_the_process_there()
    {
        for (var at = 1; at <= 4; at++)
        {
            var (crashing, _) = NewDisk();
            var process = scheduler.StartProcess("n1");
            var mounted = crashing.Mount(process);
            crashing.Faults.CrashIn = at;
            Assert.Throws<SimulatedCrashException>(() =>
            {
                var file = mounted.Create("a");
                file.Write([1], 0);
                file.Sync();
                mounted.SyncDirectory("");
            });
            Assert.Equal(at, crashing.Operations);
            Assert.False(process.IsAlive);
        }
    }

    [Fact]
    public void D10_a_stalled_sync_completes_when_the_stall_ends()
    {
        var file = files.Create("a");
        var completed = false;
        disk.Faults.StallSyncs = true;
        files.Submit(new DiskRequest(file, new byte[] { 1 }, 0, Sync: true, _ => completed = true));
        scheduler.RunUntilIdle();
        Assert.False(completed);
        disk.Faults.StallSyncs = false;
        Assert.True(completed);
    }

    [Fact]
    public void A_restored_copy_is_as_it_was_saved_however_often()
    {
        var file = files.Create("a");
        file.Write([1], 0);
        file.Sync();
        files.SyncDirectory("");
        var saved = disk.Save();
        foreach (var seed in Enumerable.Range(0, 3))
        {
            disk.Corrupt("a", 0, 0x80);
            Assert.Equal([0x81], disk.ReadAll("a"));
            disk.Restore(saved);
            disk.PowerCut(new Random(seed));
            Assert.Equal([1], disk.ReadAll("a"));
        }
    }

    private (SimulatedDisk Disk, IFiles Files) NewDisk()
    {
        var other = new SimulatedDisk(scheduler, "disk");
        return (other, other.Mount(scheduler.StartProcess("n1")));
    }
}
