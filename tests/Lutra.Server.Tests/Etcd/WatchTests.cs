using Google.Protobuf;
using Filter = Lutra.Protocol.Etcd.WatchCreateRequest.Types.FilterType;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Tests.Etcd;

/// <summary>One stream of watches, response by response.</summary>
public sealed class WatchTests(EtcdNode node) : IClassFixture<EtcdNode>
{
    private const string Watch = "/etcdserverpb.Watch/Watch";

    [Fact]
    public async Task A_watch_is_created_told_and_cancelled_in_this_order()
    {
        var name = node.Name();
        var before = (await node.PutAsync(name, "0")).Header.Revision;
        using var stream = await node.Client.OpenAsync(Watch);
        var created = await CreateAsync(stream, new() { Key = EtcdNode.Bytes(name) });
        Assert.Equal((0, true, false, before), (created.WatchId, created.Created, created.Canceled, created.Header.Revision));
        await node.PutAsync(name, "1");
        var told = await NextAsync(stream);
        Assert.Equal((before + 1, "1"), (told.Header.Revision, told.Events.Single().Kv.Value.ToStringUtf8()));
        Assert.Null(told.Events[0].PrevKv);
        await stream.SendAsync(new Pb.WatchRequest { CancelRequest = new() { WatchId = 77 } });
        await stream.SendAsync(new Pb.WatchRequest { CancelRequest = new() { WatchId = 0 } });
        var canceled = await NextAsync(stream);
        Assert.Equal((0, true, "", 0), (canceled.WatchId, canceled.Canceled, canceled.CancelReason, canceled.CompactRevision));
        Assert.True(canceled.Header.Revision >= before + 1);
    }

    [Fact]
    public async Task A_deletion_has_only_key_and_revision_and_what_was_before()
    {
        var name = node.Name();
        await node.PutAsync(name, "0");
        using var stream = await node.Client.OpenAsync(Watch);
        await CreateAsync(stream, new() { Key = EtcdNode.Bytes(name), PrevKv = true });
        var revision = (await node.DeleteAsync(name)).Header.Revision;
        var change = (await NextAsync(stream)).Events.Single();
        Assert.Equal(Pb.Event.Types.EventType.Delete, change.Type);
        Assert.Equal(new Pb.KeyValue { Key = EtcdNode.Bytes(name), ModRevision = revision }, change.Kv);
        Assert.Equal("0", change.PrevKv.Value.ToStringUtf8());
    }

    [Fact]
    public async Task Ids_are_given_or_chosen_and_none_twice()
    {
        var name = node.Name();
        using var stream = await node.Client.OpenAsync(Watch);
        Assert.Equal(0, (await CreateAsync(stream, new() { Key = EtcdNode.Bytes(name) })).WatchId);
        Assert.Equal(1, (await CreateAsync(stream, new() { Key = EtcdNode.Bytes(name), WatchId = 1 })).WatchId);
        Assert.Equal(2, (await CreateAsync(stream, new() { Key = EtcdNode.Bytes(name) })).WatchId);
        AssertRefused(await CreateAsync(stream, new() { Key = EtcdNode.Bytes(name), WatchId = 1 }), "mvcc: duplicate watch ID provided on the WatchStream");
        await stream.SendAsync(new Pb.WatchRequest { CancelRequest = new() { WatchId = 1 } });
        Assert.True((await NextAsync(stream)).Canceled);
        Assert.Equal(1, (await CreateAsync(stream, new() { Key = EtcdNode.Bytes(name), WatchId = 1 })).WatchId);
    }

    [Fact]
    public async Task What_cannot_be_watched_is_refused_and_the_stream_goes_on()
    {
        using var stream = await node.Client.OpenAsync(Watch);
        AssertRefused(await CreateAsync(stream, new() { Key = EtcdNode.Bytes("b"), RangeEnd = EtcdNode.Bytes("a") }), "mvcc: watcher range is empty");
        AssertRefused(await CreateAsync(stream, new() { Key = EtcdNode.Bytes("b"), StartRevision = -1 }), "etcdserver: mvcc: required revision has been compacted");
        Assert.Equal(0, (await CreateAsync(stream, new())).WatchId);
    }

    [Fact]
    public async Task Filters_leave_out_what_is_not_wanted()
    {
        var name = node.Name();
        var first = (await node.PutAsync(name, "0")).Header.Revision;
        await node.DeleteAsync(name);
        using var stream = await node.Client.OpenAsync(Watch);
        await CreateAsync(stream, new() { Key = EtcdNode.Bytes(name), StartRevision = first, Filters = { Filter.Noput } });
        Assert.Equal(Pb.Event.Types.EventType.Delete, (await NextAsync(stream)).Events.Single().Type);
        await CreateAsync(stream, new() { Key = EtcdNode.Bytes(name), StartRevision = first, Filters = { Filter.Nodelete } });
        Assert.Equal(Pb.Event.Types.EventType.Put, (await NextAsync(stream)).Events.Single().Type);
    }

    [Fact]
    public async Task A_watch_from_below_a_compaction_is_created_and_then_cancelled_with_its_revision()
    {
        var name = node.Name();
        var first = (await node.PutAsync(name, "0")).Header.Revision;
        await node.PutAsync(name, "1");
        await node.Client.CallAsync<Pb.CompactionResponse>("/etcdserverpb.KV/Compact", new Pb.CompactionRequest { Revision = first + 1 });
        using var stream = await node.Client.OpenAsync(Watch);
        var created = await CreateAsync(stream, new() { Key = EtcdNode.Bytes(name), StartRevision = first });
        Assert.Equal((true, false), (created.Created, created.Canceled));
        var canceled = await NextAsync(stream);
        Assert.Equal((created.WatchId, true, ""), (canceled.WatchId, canceled.Canceled, canceled.CancelReason));
        Assert.True(canceled.CompactRevision > first);
        Assert.Equal(0, canceled.Header.Revision);
    }

    [Fact]
    public async Task Progress_is_told_behind_all_events_where_every_watch_has_caught_up()
    {
        var name = node.Name();
        using var stream = await node.Client.OpenAsync(Watch);
        await CreateAsync(stream, new() { Key = EtcdNode.Bytes(name) });
        var last = 0L;
        for (var number = 0; number < 50; number++)
            last = (await node.PutAsync(name, $"{number}")).Header.Revision;
        var seen = 0;
        while (true)
        {
            await stream.SendAsync(new Pb.WatchRequest { ProgressRequest = new() });
            var response = await NextAsync(stream);
            seen += response.Events.Count;
            if (response.WatchId != -1)
                continue;
            Assert.Empty(response.Events);
            Assert.True(response.Header.Revision - last >= seen - 50, "Progress was told before the events up to it.");
            if (response.Header.Revision == last)
                break;
        }

        Assert.Equal(50, seen);
    }

    [Fact]
    public async Task Progress_is_not_told_while_a_watch_waits_for_a_revision_to_come_or_there_is_none()
    {
        var name = node.Name();
        var now = (await node.PutAsync(name, "0")).Header.Revision;
        using var stream = await node.Client.OpenAsync(Watch);
        await stream.SendAsync(new Pb.WatchRequest { ProgressRequest = new() });
        await CreateAsync(stream, new() { Key = EtcdNode.Bytes(name), StartRevision = now + 2 });
        await stream.SendAsync(new Pb.WatchRequest { ProgressRequest = new() });
        await node.PutAsync(name, "1");
        await node.PutAsync(name, "2");
        var told = await NextAsync(stream);
        Assert.Equal((0, now + 2), (told.WatchId, told.Events.Single().Kv.ModRevision));
    }

    [Fact]
    public async Task Who_asked_to_be_notified_hears_that_nothing_happened()
    {
        var name = node.Name();
        using var stream = await node.Client.OpenAsync(Watch);
        await CreateAsync(stream, new() { Key = EtcdNode.Bytes(name), ProgressNotify = true });
        var other = (await node.PutAsync(node.Name(), "x")).Header.Revision;
        Pb.WatchResponse told;
        do
        {
            told = await NextAsync(stream);
            Assert.Equal((0, 0), (told.WatchId, told.Events.Count));
        }
        while (told.Header.Revision < other);
    }

    [Fact]
    public async Task A_watch_that_hears_of_progress_once_a_year_hears_of_events_meanwhile()
    {
        var folder = Directory.CreateTempSubdirectory("lutra-slow-progress-");
        await using (var served = await Support.ServedNode.ListenAsync(etcd: new Server.Etcd.EtcdFaceOptions { WatchProgressInterval = TimeSpan.FromDays(365) }))
        {
            await served.StartAsync(folder.FullName);
            await served.Node.WaitUntilReadyAsync();
            using var client = new GrpcClient(served.Address);
            using var stream = await client.OpenAsync(Watch);
            await CreateAsync(stream, new() { Key = EtcdNode.Bytes("a"), ProgressNotify = true });
            await served.Node.PutAsync("a", "1");
            Assert.Single((await NextAsync(stream)).Events);
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_large_response_is_split_only_where_that_was_asked_for()
    {
        var name = node.Name();
        var value = ByteString.CopyFrom(new byte[700_000]);
        for (var number = 0; number < 4; number++)
            await node.Client.CallAsync<Pb.PutResponse>("/etcdserverpb.KV/Put", new Pb.PutRequest { Key = EtcdNode.Bytes($"{name}{number}"), Value = value });
        var all = new Pb.DeleteRangeRequest { Key = EtcdNode.Bytes(name), RangeEnd = EtcdNode.End(name) };
        var deletion = (await node.Client.CallAsync<Pb.DeleteRangeResponse>("/etcdserverpb.KV/DeleteRange", all)).Header.Revision;
        using var stream = await node.Client.OpenAsync(Watch);
        var watch = new Pb.WatchCreateRequest { Key = all.Key, RangeEnd = all.RangeEnd, StartRevision = deletion, PrevKv = true };
        await CreateAsync(stream, watch);
        var whole = await NextAsync(stream);
        Assert.Equal((4, false), (whole.Events.Count, whole.Fragment));
        watch.Fragment = true;
        await CreateAsync(stream, watch);
        var first = await NextAsync(stream);
        Assert.Equal((2, true), (first.Events.Count, first.Fragment));
        var last = await NextAsync(stream);
        Assert.Equal((2, false), (last.Events.Count, last.Fragment));
        Assert.Equal(first.Header, last.Header);
        Assert.Equal(whole.Events, [.. first.Events, .. last.Events]);
    }

    [Fact]
    public async Task Whoever_has_no_more_to_ask_goes_on_hearing()
    {
        var name = node.Name();
        using var stream = await node.Client.OpenAsync(Watch);
        await CreateAsync(stream, new() { Key = EtcdNode.Bytes(name) });
        stream.CloseSending();
        await node.PutAsync(name, "1");
        Assert.Single((await NextAsync(stream)).Events);
        await node.PutAsync(name, "2");
        Assert.Single((await NextAsync(stream)).Events);
    }

    [Fact]
    public async Task A_stream_that_breaks_off_leaves_no_watch_behind()
    {
        var stream = await node.Client.OpenAsync(Watch);
        for (var number = 0; number < 100; number++)
            await CreateAsync(stream, new() { Key = EtcdNode.Bytes(node.Name()) });
        Assert.True(await CountAsync() >= 100);
        stream.Dispose();

        // Those of tests before this one may still be ending, too.
        while (await CountAsync() > 0)
            await Task.Yield();

        async Task<int> CountAsync() => (await node.Node.ReportAsync(TimeSpan.FromMinutes(2))).State!.Watches;
    }

    [Fact]
    public async Task Bytes_that_make_no_sense_end_the_stream()
    {
        using var stream = await node.Client.OpenAsync(Watch);
        await stream.SendBytesAsync(GrpcClient.Frame([255, 255, 255]));
        Assert.Null(await stream.ReadAsync<Pb.WatchResponse>());
        Assert.Equal(13, stream.End.Status);
    }

    [Fact]
    public async Task Many_watches_of_a_stream_all_hear_everything_in_order()
    {
        const int Watches = 200, Changes = 50;
        var name = node.Name();
        using var stream = await node.Client.OpenAsync(Watch);
        for (var number = 0; number < Watches; number++)
            await CreateAsync(stream, new() { Key = EtcdNode.Bytes(name) });
        var putting = Task.Run(async () =>
        {
            for (var number = 0; number < Changes; number++)
                await node.PutAsync(name, $"{number}");
        });
        var heard = new int[Watches];
        for (var left = Watches * Changes; left > 0;)
        {
            var response = await NextAsync(stream);
            foreach (var change in response.Events)
                Assert.Equal($"{heard[response.WatchId]++}", change.Kv.Value.ToStringUtf8());
            left -= response.Events.Count;
        }

        await putting;
    }

    private static async Task<Pb.WatchResponse> CreateAsync(GrpcStream stream, Pb.WatchCreateRequest request)
    {
        await stream.SendAsync(new Pb.WatchRequest { CreateRequest = request });
        var created = await NextAsync(stream);
        Assert.True(created.Created);
        return created;
    }

    private static async Task<Pb.WatchResponse> NextAsync(GrpcStream stream)
    {
        var response = await stream.ReadAsync<Pb.WatchResponse>();
        return response ?? throw new EndOfStreamException($"The stream ended: {stream.End}");
    }

    private static void AssertRefused(Pb.WatchResponse response, string reason) =>
        Assert.Equal((-1, true, true, reason), (response.WatchId, response.Created, response.Canceled, response.CancelReason));
}
