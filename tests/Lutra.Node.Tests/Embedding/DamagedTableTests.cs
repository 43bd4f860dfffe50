using System.Text;
using Lutra.Storage.Files;

namespace Lutra.Node.Tests.Embedding;

/// <summary>A table that rotted while the node was down, met first by a reader: on real files, where readers have threads of their own.</summary>
public sealed class DamagedTableTests : IDisposable
{
    private const int Keys = 400;
    private readonly string folder = Directory.CreateTempSubdirectory("lutra-embedded-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    public enum Reading
    {
        Range,
        Snapshot,
        Watch,
    }

    [Theory]
    [InlineData(Reading.Range)]
    [InlineData(Reading.Snapshot)]
    [InlineData(Reading.Watch)]
    public async Task D04_a_reader_that_meets_damage_is_told_that_the_node_stops_and_it_does(Reading reading)
    {
        await using (var node = await StartAsync())
        {
            for (var key = 0; key < Keys; key++)
                await node.PutAsync($"key {key:000}", new string('v', 1000));
        }

        foreach (var table in Directory.GetFiles(folder, "*.table", SearchOption.AllDirectories))
        {
            // Blocks of entries, from the second on: the first pages may be looked at when the table is opened.
            var bytes = await File.ReadAllBytesAsync(table, TestContext.Current.CancellationToken);
            for (var place = 10_000; place < bytes.Length * 9 / 10; place += 1000)
                bytes[place] ^= 1;
            await File.WriteAllBytesAsync(table, bytes, TestContext.Current.CancellationToken);
        }

        await using var damaged = await StartAsync();
        var refused = await Assert.ThrowsAsync<LutraException>(() => ReadAsync(damaged, reading));
        Assert.Equal(LutraError.Stopped, refused.Error);
        Assert.Contains(".table", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<DamagedFileException>(() => damaged.Stopped);
    }

    private static async Task ReadAsync(LutraNode node, Reading reading)
    {
        switch (reading)
        {
            case Reading.Range:
                await node.RangeAsync(new RangeOperation(KeyRange.Prefix(Encoding.UTF8.GetBytes("key "))));
                break;
            case Reading.Snapshot:
                await foreach (var _ in node.SnapshotAsync())
                {
                    // To the end.
                }

                break;
            default:
                await foreach (var _ in node.WatchAsync(new WatchOperation(KeyRange.All, new Revision(1))))
                {
                    // Until it fails.
                }

                break;
        }
    }

    private async Task<LutraNode> StartAsync()
    {
        var node = await LutraNode.StartAsync(new LutraNodeOptions
        {
            Directory = folder,
            MemtableBytes = 64 * 1024,
            SegmentSizeBytes = 4 * 1024 * 1024,
            Address = "localhost:2379",
            RequestTimeoutMillis = 120_000,
        });
        await node.WaitUntilReadyAsync();
        return node;
    }
}
