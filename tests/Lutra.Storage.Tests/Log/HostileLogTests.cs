using Lutra.Storage.Files;

namespace Lutra.Storage.Tests.Log;

public sealed class HostileLogTests
{
    private const long FixedBytesMax = 8 * 1024 * 1024;

    [Fact]
    public void D05_any_bytes_in_any_file_give_a_log_or_a_declared_error_and_bounded_memory()
    {
        var node = new LogFixture();
        node.Open();
        node.AppendAndRun(1, 1, 50);
        node.AppendAndRun(2, 40, 30);
        var saved = node.Disk.Save();
        var paths = node.Disk.Paths;
        var random = new Random(1);
        for (var round = 0; round < 1500; round++)
        {
            node.Disk.Restore(saved);
            for (var times = random.Next(1, 4); times > 0; times--)
            {
                var path = paths[random.Next(paths.Count)];
                node.Disk.Plant(path, Mutate(node.Disk.ReadAll(path), random));
            }
            var input = node.Disk.UsedBytes;
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                LogFixture.Contents(node.Open());
            }
            catch (DamagedFileException)
            {
                // Said, and nothing worse.
            }
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 * input + FixedBytesMax);
            node.Process.Kill();
        }
    }

    private static byte[] Mutate(byte[] bytes, Random random)
    {
        var at = random.Next(bytes.Length + 1);
        var length = random.Next(Math.Min(600, bytes.Length - at + 1));
        switch (random.Next(7))
        {
            case 0:
                random.NextBytes(bytes.AsSpan(at, length));
                return bytes;
            case 1:
                bytes.AsSpan(at, length).Fill(0xFF);
                return bytes;
            case 2:
                return bytes[..at];
            case 3:
                return [.. bytes, .. bytes[..at]];
            case 4:
                bytes.AsSpan(random.Next(bytes.Length - length + 1), length).CopyTo(bytes.AsSpan(at));
                return bytes;
            case 5:
                random.NextBytes(bytes);
                return bytes;
            default:
                if (at < bytes.Length)
                    bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
        }
    }
}
