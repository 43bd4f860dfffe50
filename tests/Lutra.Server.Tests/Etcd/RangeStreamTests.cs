using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Tests.Etcd;

public sealed class RangeStreamTests(EtcdNode node) : IClassFixture<EtcdNode>
{
    private const string Path = "/etcdserverpb.KV/RangeStream";

    [Theory]
    [InlineData(0)]
    [InlineData(2500)]
    [InlineData(1000)]
    [InlineData(1)]
    public async Task A_large_range_comes_in_pieces_of_one_revision(int limit)
    {
        var name = node.Name();
        for (var batch = 0; batch < 24; batch++)
        {
            var puts = new Pb.TxnRequest();
            puts.Success.AddRange(Enumerable.Range(0, 125).Select(number => new Pb.RequestOp { RequestPut = new() { Key = EtcdNode.Bytes($"{name}{(batch * 125) + number:d5}") } }));
            await node.Client.CallAsync<Pb.TxnResponse>("/etcdserverpb.KV/Txn", puts);
        }

        var request = new Pb.RangeRequest { Key = EtcdNode.Bytes(name), RangeEnd = EtcdNode.End(name), Limit = limit };
        var end = await node.Client.TryAsync(Path, request);
        var pieces = end.Replies.Select(bytes => Pb.RangeStreamResponse.Parser.ParseFrom(bytes).RangeResponse).ToArray();
        var whole = await node.RangeAsync(request);
        Assert.Equal(whole.Kvs, pieces.SelectMany(piece => piece.Kvs));
        Assert.Equal((whole.Count, whole.More, whole.Header), (pieces[^1].Count, pieces[^1].More, pieces[^1].Header));
        Assert.All(pieces[..^1], piece => Assert.True(piece is { Header: null, Count: 0, More: false } && piece.Kvs.Count > 0));
        Assert.Equal(limit is 0 or 2500, pieces.Length > 1);
    }

    [Fact]
    public async Task Only_the_order_of_keys_comes_in_pieces_and_a_count_in_one()
    {
        var name = node.Name();
        await node.PutAsync(name, "x");
        var descending = new Pb.RangeRequest { Key = EtcdNode.Bytes(name), SortOrder = Pb.RangeRequest.Types.SortOrder.Descend };
        Assert.Equal(12, (await node.Client.TryAsync(Path, descending)).Status);
        var counted = await node.Client.CallAsync<Pb.RangeStreamResponse>(Path, new Pb.RangeRequest { Key = EtcdNode.Bytes(name), CountOnly = true });
        Assert.Equal((1, 0), (counted.RangeResponse.Count, counted.RangeResponse.Kvs.Count));
    }

    [Fact]
    public async Task What_cannot_be_read_is_refused()
    {
        var name = node.Name();
        await node.PutAsync(name, "x");
        await node.RefusedAsync(Path, new Pb.RangeRequest { Key = EtcdNode.Bytes(name), Revision = 1_000_000 }, 11, "etcdserver: mvcc: required revision is a future revision");
        await node.RefusedAsync(Path, new Pb.RangeRequest(), 3, "etcdserver: key is not provided");
    }
}
