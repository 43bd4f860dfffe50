using Order = Lutra.Protocol.Etcd.RangeRequest.Types.SortOrder;
using Pb = Lutra.Protocol.Etcd;
using Result = Lutra.Protocol.Etcd.Compare.Types.CompareResult;
using Target = Lutra.Protocol.Etcd.Compare.Types.CompareTarget;

namespace Lutra.Server.Tests.Etcd;

/// <summary>What etcdctl never sends, and headers that it never shows.</summary>
public sealed class KeyValueTests(EtcdNode node) : IClassFixture<EtcdNode>
{
    private const string Range = "/etcdserverpb.KV/Range";
    private const string Put = "/etcdserverpb.KV/Put";
    private const string Txn = "/etcdserverpb.KV/Txn";

    [Fact]
    public async Task Every_header_says_who_answered_and_at_which_revision()
    {
        var put = await node.PutAsync(node.Name(), "x");
        var standing = node.Node.Standing!;
        Assert.Equal(standing.Member, put.Header.MemberId);
        Assert.Equal(standing.Term, put.Header.RaftTerm);
        Assert.NotEqual(0UL, put.Header.ClusterId);
        var read = await node.RangeAsync(new() { Key = EtcdNode.Bytes("a"), Revision = 1 });
        Assert.Equal(put.Header.ClusterId, read.Header.ClusterId);
        Assert.Equal(put.Header.Revision, read.Header.Revision);
    }

    [Fact]
    public async Task An_order_that_is_none_is_refused()
    {
        const string Message = "etcdserver: invalid sort option";
        await node.RefusedAsync(Range, new Pb.RangeRequest { Key = EtcdNode.Bytes("a"), SortOrder = (Order)7 }, 3, Message);
        await node.RefusedAsync(Range, new Pb.RangeRequest { Key = EtcdNode.Bytes("a"), SortTarget = (Pb.RangeRequest.Types.SortTarget)9 }, 3, Message);
        await node.RefusedAsync(Range, new Pb.RangeRequest { SortOrder = (Order)7 }, 3, "etcdserver: key is not provided");
    }

    [Fact]
    public async Task Bounds_on_revisions_filter_and_the_count_ignores_them()
    {
        var name = node.Name();
        var first = (await node.PutAsync(name + "a", "1")).Header.Revision;
        await node.PutAsync(name + "b", "2");
        await node.PutAsync(name + "a", "3");
        await AssertKeysAsync(request => request.MinModRevision = first + 2, "a");
        await AssertKeysAsync(request => request.MaxModRevision = first + 1, "b");
        await AssertKeysAsync(request => request.MinCreateRevision = first + 1, "b");
        await AssertKeysAsync(request => request.MaxCreateRevision = first, "a");
        await AssertKeysAsync(request => request.MaxModRevision = -1);
        await AssertKeysAsync(request => request.MinModRevision = -1, "a", "b");
        await AssertKeysAsync(request => (request.Limit, request.Revision) = (-5, -5), "a", "b");

        async Task AssertKeysAsync(Action<Pb.RangeRequest> change, params string[] keys)
        {
            var request = new Pb.RangeRequest { Key = EtcdNode.Bytes(name), RangeEnd = EtcdNode.End(name) };
            change(request);
            var reply = await node.RangeAsync(request);
            Assert.Equal(keys, reply.Kvs.Select(found => found.Key.ToStringUtf8()[name.Length..]));
            Assert.Equal(2, reply.Count);
        }
    }

    [Fact]
    public async Task What_cannot_be_put_is_refused_for_etcds_reasons()
    {
        await node.RefusedAsync(Put, new Pb.PutRequest(), 3, "etcdserver: key is not provided");
        await node.RefusedAsync(Put, new Pb.PutRequest { Key = EtcdNode.Bytes("a"), Value = EtcdNode.Bytes("b"), IgnoreValue = true }, 3, "etcdserver: value is provided");
        await node.RefusedAsync(Put, new Pb.PutRequest { Key = EtcdNode.Bytes("a"), Lease = 5, IgnoreLease = true }, 3, "etcdserver: lease is provided");
        await node.RefusedAsync(Put, new Pb.PutRequest { Key = EtcdNode.Bytes("a"), Lease = 5 }, 5, "etcdserver: requested lease not found");
        await node.RefusedAsync(Put, new Pb.PutRequest { Key = EtcdNode.Bytes(new string('k', 65_537)) }, 3, "etcdserver: request is too large");
    }

    [Fact]
    public async Task Within_a_transaction_replies_name_their_revision_and_nested_ones_nothing()
    {
        var name = node.Name();
        var before = (await node.PutAsync(name, "x")).Header.Revision;
        var reply = await node.Client.CallAsync<Pb.TxnResponse>(Txn, new Pb.TxnRequest
        {
            Success =
            {
                Of(new Pb.RangeRequest { Key = EtcdNode.Bytes(name) }), Of(new Pb.PutRequest { Key = EtcdNode.Bytes(name + "a"), PrevKv = true }),
                Of(new Pb.TxnRequest { Success = { Of(new Pb.DeleteRangeRequest { Key = EtcdNode.Bytes(name), PrevKv = true }) } }),
            },
        });
        Assert.True(reply.Succeeded);
        Assert.Equal(before + 1, reply.Header.Revision);
        Assert.Equal(new Pb.ResponseHeader { Revision = before }, reply.Responses[0].ResponseRange.Header);
        Assert.Equal(new Pb.ResponseHeader { Revision = before + 1 }, reply.Responses[1].ResponsePut.Header);
        var nested = reply.Responses[2].ResponseTxn;
        Assert.Equal(new Pb.ResponseHeader(), nested.Header);
        Assert.True(nested.Succeeded);
        Assert.Equal(1, nested.Responses[0].ResponseDeleteRange.Deleted);
        Assert.Equal("x", nested.Responses[0].ResponseDeleteRange.PrevKvs[0].Value.ToStringUtf8());
    }

    [Theory]
    [InlineData(Result.Equal, Target.Version, 1, true)]
    [InlineData(Result.Greater, Target.Version, 0, true)]
    [InlineData(Result.Less, Target.Version, 1, false)]
    [InlineData(Result.NotEqual, Target.Lease, 0, false)]
    [InlineData((Result)9, Target.Version, 7, true)]
    [InlineData(Result.Equal, (Target)9, 7, true)]
    [InlineData(Result.NotEqual, (Target)9, 7, false)]
    [InlineData(Result.Greater, (Target)9, 7, false)]
    public async Task A_compare_holds_or_not(Result result, Target target, long number, bool holds)
    {
        var name = node.Name();
        await node.PutAsync(name, "x");
        var compare = new Pb.Compare { Key = EtcdNode.Bytes(name), Result = result, Target = target, Version = number };
        if (target == Target.Lease)
            compare.Lease = number;
        Assert.Equal(holds, (await CompareAsync(compare)).Succeeded);
    }

    [Fact]
    public async Task A_compare_counts_only_the_field_of_its_target_and_an_absent_key_has_no_value()
    {
        var name = node.Name();
        Assert.True((await CompareAsync(new() { Key = EtcdNode.Bytes(name), Target = Target.Mod, Version = 5 })).Succeeded);
        Assert.False((await CompareAsync(new() { Key = EtcdNode.Bytes(name), Target = Target.Value, Result = Result.NotEqual, Value = EtcdNode.Bytes("x") })).Succeeded);
        await node.PutAsync(name + "a", "x");
        await node.PutAsync(name + "b", "y");
        var all = new Pb.Compare { Key = EtcdNode.Bytes(name), RangeEnd = EtcdNode.End(name), Target = Target.Value, Result = Result.Less, Value = EtcdNode.Bytes("z") };
        Assert.True((await CompareAsync(all)).Succeeded);
        all.Value = EtcdNode.Bytes("y");
        Assert.False((await CompareAsync(all)).Succeeded);
    }

    [Fact]
    public async Task What_cannot_be_a_transaction_is_refused_for_etcds_reasons()
    {
        var put = Of(new Pb.PutRequest { Key = EtcdNode.Bytes("twice") });
        await node.RefusedAsync(Txn, new Pb.TxnRequest { Success = { new Pb.RequestOp() } }, 3, "etcdserver: key not found");
        await node.RefusedAsync(Txn, new Pb.TxnRequest { Compare = { new Pb.Compare() } }, 3, "etcdserver: key is not provided");
        await node.RefusedAsync(Txn, new Pb.TxnRequest { Failure = { Of(new Pb.RangeRequest()) } }, 3, "etcdserver: key is not provided");
        await node.RefusedAsync(Txn, new Pb.TxnRequest { Failure = { put, put } }, 3, "etcdserver: duplicate key given in txn request");
        await node.RefusedAsync(
            Txn, new Pb.TxnRequest { Success = { Of(new Pb.DeleteRangeRequest { Key = EtcdNode.Bytes("t"), RangeEnd = EtcdNode.Bytes("u") }), put } }, 3,
            "etcdserver: duplicate key given in txn request");
        var many = new Pb.TxnRequest();
        for (var number = 0; number < 129; number++)
            many.Success.Add(new Pb.RequestOp());
        await node.RefusedAsync(Txn, many, 3, "etcdserver: too many operations in txn request");
        var deep = new Pb.TxnRequest();
        for (var level = 0; level < 129; level++)
            deep = new Pb.TxnRequest { Success = { Of(deep) } };
        await node.RefusedAsync(Txn, deep, 3, "etcdserver: too many operations in txn request");
        var nested = new Pb.TxnRequest { Success = { Of(new Pb.TxnRequest()) } };
        for (var number = 0; number < 65; number++)
        {
            nested.Failure.Add(Of(new Pb.RangeRequest { Key = EtcdNode.Bytes("a") }));
            nested.Success[0].RequestTxn.Failure.Add(Of(new Pb.RangeRequest { Key = EtcdNode.Bytes("a") }));
        }

        await node.RefusedAsync(Txn, nested, 3, "etcdserver: too many operations in txn request");
    }

    [Fact]
    public async Task A_transaction_deep_enough_to_eat_the_stack_is_refused()
    {
        // Written by hand: each level is a request in a success branch, with no end in sight.
        byte[] message = [];
        while (message.Length < 60_000)
        {
            byte[] operation = [34, .. Length(message), .. message];
            message = [18, .. Length(operation), .. operation];
        }

        var end = await node.Client.TryAsync(Txn, GrpcClient.Frame(message));
        Assert.Equal((3, "etcdserver: too many operations in txn request"), (end.Status, end.Message));

        static byte[] Length(byte[] bytes) => [(byte)(bytes.Length | 0x80), (byte)((bytes.Length >> 7) | 0x80), (byte)(bytes.Length >> 14)];
    }

    [Fact]
    public async Task A_transaction_that_changes_nothing_uses_no_revision()
    {
        var before = (await node.PutAsync(node.Name(), "x")).Header.Revision;
        var reply = await node.Client.CallAsync<Pb.TxnResponse>(Txn, new Pb.TxnRequest { Success = { Of(new Pb.DeleteRangeRequest { Key = EtcdNode.Bytes("nothing") }) } });
        Assert.Equal(before, reply.Header.Revision);
        Assert.Equal(before, reply.Responses[0].ResponseDeleteRange.Header.Revision);
    }

    private Task<Pb.TxnResponse> CompareAsync(Pb.Compare compare) => node.Client.CallAsync<Pb.TxnResponse>(Txn, new Pb.TxnRequest { Compare = { compare } });

    private static Pb.RequestOp Of(Pb.RangeRequest range) => new() { RequestRange = range };

    private static Pb.RequestOp Of(Pb.PutRequest put) => new() { RequestPut = put };

    private static Pb.RequestOp Of(Pb.DeleteRangeRequest delete) => new() { RequestDeleteRange = delete };

    private static Pb.RequestOp Of(Pb.TxnRequest transaction) => new() { RequestTxn = transaction };
}
