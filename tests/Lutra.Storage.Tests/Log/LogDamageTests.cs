using Lutra.Raft;
using Lutra.Simulation.Disk;
using Lutra.Storage.Files;
using static Lutra.Storage.Tests.Log.LogFixture;

namespace Lutra.Storage.Tests.Log;

public sealed class LogDamageTests
{
    private const int Acknowledged = 55;

    private readonly LogFixture node = new();
    private readonly SavedDisk saved;

    /// <summary>Three segments in use, a spare, a hard state; the process was killed.</summary>
    public LogDamageTests()
    {
        node.Open();
        for (ulong round = 0; round < Acknowledged / 5; round++)
            node.AppendAndRun(1, round * 5 + 1, 5);
        node.Log.Append(new HardState(new(4), new NodeId(2)), []);
        node.Run();
        saved = node.Disk.Save();
        Assert.Equal(4, node.Disk.Paths.Count(path => path.EndsWith(".log", StringComparison.Ordinal)));
    }

    [Fact]
    public void D03_a_flipped_bit_in_any_byte_forgets_nothing_acknowledged()
    {
        var (refused, harmless) = (0, 0);
        foreach (var path in node.Disk.Paths)
        {
            var bytes = node.Disk.ReadAll(path);
            for (var at = 0; at < bytes.Length; at++)
            {
                // Of space that holds nothing, every 61st byte.
                if (bytes[at] == 0 && at % 61 != 0)
                    continue;
                node.Disk.Restore(saved);
                node.Disk.Corrupt(path, at, (byte)(1 << (at % 8)));
                if (IsRefused($"bit flipped at byte {at} of {path}"))
                    refused++;
                else
                    harmless++;
            }
        }
        Assert.True(refused > 2000 && harmless > 100, $"{refused} refused, {harmless} harmless");
    }

    [Fact]
    public void D03_a_zeroed_sector_forgets_nothing_acknowledged()
    {
        foreach (var path in node.Disk.Paths)
        {
            var bytes = node.Disk.ReadAll(path);
            foreach (var length in (int[])[512, 4096])
            {
                for (var at = 0; at < bytes.Length; at += length)
                {
                    var zeroed = bytes.ToArray();
                    zeroed.AsSpan(at, Math.Min(length, bytes.Length - at)).Clear();
                    node.Disk.Restore(saved);
                    node.Disk.Plant(path, zeroed);
                    IsRefused($"{length} bytes at {at} of {path} are zero");
                }
            }
        }
    }

    [Fact]
    public void D08_a_sector_that_lies_elsewhere_forgets_nothing_acknowledged()
    {
        var segments = node.Disk.Paths.Where(path => path.EndsWith(".log", StringComparison.Ordinal)).ToArray();
        foreach (var from in segments)
        {
            foreach (var to in segments)
            {
                for (var at = 0; at < 4096; at += 512)
                {
                    var moved = node.Disk.ReadAll(to);
                    node.Disk.ReadAll(from).AsSpan((at + (from == to ? 512 : 0)) % 4096, 512).CopyTo(moved.AsSpan(at));
                    node.Disk.Restore(saved);
                    node.Disk.Plant(to, moved);
                    IsRefused($"sector {at} of {from} in {to}");
                }
            }
        }
    }

    [Fact]
    public void A_missing_or_shortened_file_forgets_nothing_acknowledged()
    {
        foreach (var path in node.Disk.Paths)
        {
            foreach (var keep in (double[])[-1, 0, 0.1, 0.5, 0.9])
            {
                node.Disk.Restore(saved);
                var bytes = node.Disk.ReadAll(path);
                if (keep < 0)
                    node.Disk.Mount(node.Scheduler.StartProcess("administrator")).Delete(path);
                else
                    node.Disk.Plant(path, bytes.AsSpan(0, (int)(bytes.Length * keep)));
                IsRefused($"{keep} of {path}");
            }
        }
    }

    [Fact]
    public void D03_damage_is_named_and_changes_nothing_on_disk()
    {
        var path = node.Disk.Paths.First(path => path.EndsWith("2.log", StringComparison.Ordinal));
        node.Disk.Restore(saved);
        node.Disk.Corrupt(path, 700, 1);
        var before = node.Disk.ReadAll(path);
        var error = Assert.Throws<DamagedFileException>(() => node.Open());
        Assert.EndsWith("0000000000000002.log", error.Path, StringComparison.Ordinal);
        Assert.InRange(error.OffsetBytes, 512, 700);
        Assert.Equal(before, node.Disk.ReadAll(path));
    }

    [Fact]
    public void D03_the_last_batch_is_known_to_be_durable_without_anything_after_it()
    {
        // One batch in all; its only sector is zeroed, so nothing of it is left to judge by.
        var small = new LogFixture();
        small.Open();
        small.AppendAndRun(1, 1, 1);
        var path = small.Disk.Paths.First(path => path.EndsWith("1.log", StringComparison.Ordinal));
        small.Disk.Plant(path, new byte[4096]);
        var error = Assert.Throws<DamagedFileException>(() => small.Restart());
        Assert.Contains("batch 1 was durable", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void D05_reads_verify_checksums_again()
    {
        node.Disk.Restore(saved);
        node.Open();
        var path = node.Disk.Paths.First(path => path.EndsWith("2.log", StringComparison.Ordinal));
        node.Disk.Corrupt(path, 700, 1);
        var error = Assert.Throws<DamagedFileException>(() => Contents(node.Log));
        Assert.EndsWith("0000000000000002.log", error.Path, StringComparison.Ordinal);
    }

    [Fact]
    public void D12_both_slots_damaged_is_told_and_never_a_default()
    {
        node.Disk.Restore(saved);
        node.Disk.Plant("log/hard-state", new byte[16384]);
        Assert.EndsWith("hard-state", Assert.Throws<DamagedFileException>(() => node.Open()).Path, StringComparison.Ordinal);
        node.Disk.Restore(saved);
        node.Disk.Mount(node.Scheduler.StartProcess("administrator")).Delete("log/hard-state");
        Assert.Contains("no longer knows whom it voted for", Assert.Throws<DamagedFileException>(() => node.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void D12_damage_to_one_copy_does_not_bring_back_an_older_vote()
    {
        for (var copy = 0; copy < 4; copy++)
        {
            node.Disk.Restore(saved);
            for (var at = 0; at < 40; at++)
                node.Disk.Corrupt("log/hard-state", copy * 4096 + at, 0xFF);
            Assert.Equal(new HardState(new(4), new NodeId(2)), node.Open().HardState);
            node.Disk.Kill();
        }
    }

    [Fact]
    public void D12_a_torn_write_leaves_the_state_before_or_the_new_one()
    {
        HashSet<string> seen = [];
        for (var seed = 0; seed < 60; seed++)
        {
            node.Disk.Restore(saved);
            node.Open();
            node.Disk.Faults.StallSyncs = true;
            node.Log.Append(new HardState(new(5), new NodeId(3)), []);
            node.Run();
            var state = node.RestartAfterPowerCut(seed).HardState;
            seen.Add($"{state.Term}/{state.Vote}");
            node.Disk.Kill();
            node.Disk.Faults.StallSyncs = false;
        }
        Assert.Equal(["4/2", "5/3"], seen.Order());
    }

    /// <summary>Opens and reads everything: either it is refused as damaged, or everything that was acknowledged is there.</summary>
    private bool IsRefused(string what)
    {
        try
        {
            var log = node.Open();
            Assert.True(Contents(log).Length == Acknowledged && log.HardState.Term.Value == 4, $"{what}: {log.Last}, {log.HardState} came back");
            return false;
        }
        catch (DamagedFileException)
        {
            return true;
        }
        finally
        {
            node.Process.Kill();
        }
    }
}
