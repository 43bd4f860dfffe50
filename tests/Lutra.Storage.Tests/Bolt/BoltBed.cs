using System.Buffers;
using Lutra.Simulation.Disk;
using Lutra.Simulation.Scheduling;
using Lutra.Storage.Bolt;
using Lutra.Storage.Files;

namespace Lutra.Storage.Tests.Bolt;

/// <summary>Files of bbolt's, made by our writer and read by our reader.</summary>
internal static class BoltBed
{
    /// <summary>A file with one bucket, "keys".</summary>
    public static byte[] File(IReadOnlyList<(byte[] Key, byte[] Value)> items)
    {
        var measured = new BoltPages(null);
        var root = Write(measured, items);
        var bytes = new ArrayBufferWriter<byte>();
        var pages = new BoltPages(bytes);
        pages.WriteMetas(root, measured.Count);
        Assert.Equal(root, Write(pages, items));
        Assert.Equal(measured.Count, pages.Count);
        Assert.Equal(pages.LengthBytes, bytes.WrittenCount);
        return bytes.WrittenSpan.ToArray();
    }

    public static IFile OnDisk(ReadOnlySpan<byte> bytes)
    {
        var scheduler = new SimulatedScheduler(1);
        var disk = new SimulatedDisk(scheduler, "disk");
        disk.Plant("db", bytes);
        return disk.Mount(scheduler.StartProcess("tool")).Open("db", writable: false);
    }

    /// <summary>Everything in every bucket; how many pages were read goes with it.</summary>
    public static (List<(byte[] Key, byte[] Value)> Items, ulong PagesRead) Read(ReadOnlySpan<byte> bytes)
    {
        using var opened = OnDisk(bytes);
        var file = BoltFile.Open(opened);
        var buckets = new BoltCursor(file, file.Top);
        List<(byte[] Key, byte[] Value)> items = [];
        var pagesRead = 0UL;
        while (buckets.Next())
        {
            Assert.True(buckets.IsBucket);
            BoltTree tree;
            try
            {
                tree = BoltTree.OfBucket(buckets.Value.Span);
            }
            catch (FormatException fault)
            {
                throw new DamagedFileException("db", 0, fault.Message);
            }
            var cursor = new BoltCursor(file, tree);
            while (cursor.Next())
                items.Add((cursor.Key.ToArray(), cursor.Value.ToArray()));
            pagesRead += cursor.PagesRead;
        }
        return (items, pagesRead + buckets.PagesRead);
    }

    private static ulong Write(BoltPages pages, IReadOnlyList<(byte[] Key, byte[] Value)> items)
    {
        var keys = new BoltTreeWriter(pages);
        foreach (var (key, value) in items)
            keys.Add(key, value);
        var top = new BoltTreeWriter(pages);
        top.AddBucket("keys"u8, keys.EndBucket());
        return top.End();
    }
}
