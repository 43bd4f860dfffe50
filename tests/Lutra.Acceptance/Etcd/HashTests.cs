using System.Text.Json;

namespace Lutra.Acceptance.Etcd;

/// <summary>The same history, here and in etcd, has the same hash at every revision, before and after a compaction.</summary>
public sealed class HashTests : IAsyncLifetime
{
    private readonly OneLutra lutra = new();
    private readonly OneEtcd etcd = new();

    public async ValueTask InitializeAsync()
    {
        await lutra.InitializeAsync();
        await etcd.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await lutra.DisposeAsync();
        await etcd.DisposeAsync();
    }

    [Fact]
    public async Task HashKV_is_etcds_own()
    {
        etcd.Require();
        var (ours, theirs) = (new Etcdctl(lutra), new Etcdctl(etcd));
        await AssertSameAsync(1, 1);
        foreach (var number in Enumerable.Range(0, 30))
        {
            string[][] commands =
            [
                ["put", $"key/{number % 7}", $"value {number}"],
                ["put", $"other/{number}", ""],
                ["del", $"key/{number % 5}"],
            ];
            foreach (var command in commands)
                Assert.Equal(await ours.PrintAsync(command), await theirs.PrintAsync(command));
            var transaction = $"\nput txn/b {number}\nput txn/a {number}\ndel other/{number - 3}\n\n\n";
            Assert.Equal((await ours.TypeAsync(transaction, "txn")).Output, (await theirs.TypeAsync(transaction, "txn")).Output);
        }

        var last = await ours.RevisionAsync();
        Assert.Equal(await theirs.RevisionAsync(), last);
        await AssertSameAsync(2, last);
        foreach (var floor in (long[])[10, 11, last / 2, last - 1])
        {
            await ours.PrintAsync("compaction", $"{floor}");
            await theirs.PrintAsync("compaction", $"{floor}");

            // etcd 3.4 hashes only above the floor, 3.6 and we at it, too.
            await AssertSameAsync(floor + 1, last);
        }

        // And where nothing at all is left.
        await ours.PrintAsync("del", "", "--prefix");
        await theirs.PrintAsync("del", "", "--prefix");
        await AssertSameAsync(last, last + 1);

        async Task AssertSameAsync(long from, long upTo)
        {
            for (var revision = from; revision <= upTo; revision += Math.Max(1, (upTo - from) / 12))
                Assert.Equal((revision, await HashAsync(theirs, revision)), (revision, await HashAsync(ours, revision)));
            Assert.Equal(await HashAsync(theirs, 0), await HashAsync(ours, 0));
        }
    }

    private static async Task<string> HashAsync(Etcdctl etcdctl, long revision)
    {
        var hash = JsonDocument.Parse(await etcdctl.PrintAsync("endpoint", "hashkv", $"--rev={revision}", "-w", "json")).RootElement[0].GetProperty("HashKV");
        return $"{hash.GetProperty("hash")} compacted at {hash.GetProperty("compact_revision")}";
    }
}
