using Lutra.Node.Peers;
using Lutra.Raft;

namespace Lutra.Node.Tests.Peers.Sockets;

/// <summary>Whole exchanges over real sockets and threads.</summary>
public sealed class SocketExchangeTests : IDisposable
{
    private readonly SocketPeer one = new(1);
    private readonly SocketPeer two = new(2);

    public void Dispose()
    {
        one.Dispose();
        two.Dispose();
    }

    [Fact]
    public async Task Frames_of_all_sizes_arrive_in_order_both_ways()
    {
        await ConnectAsync(bothDial: false);
        await Task.WhenAll(one.SendAsync(two.Id, Appends(1, 2, 3000)), two.SendAsync(one.Id, Appends(2, 1, 3000)));
        await two.UntilAsync(() => two.Frames.Count == 3000);
        await one.UntilAsync(() => one.Frames.Count == 3000);
        foreach (var frames in (PeerFrame[][])[[.. one.Frames], [.. two.Frames]])
        {
            Assert.Equal(Enumerable.Range(0, 3000).Select(round => (ulong)round), frames.Select(frame => ((AppendRequest)((RaftFrame)frame).Message).Round));
            Assert.All(frames, frame =>
            {
                var append = (AppendRequest)((RaftFrame)frame).Message;
                Assert.Equal(-1, append.Entries.Span[0].Payload.Span.IndexOfAnyExcept((byte)append.Round));
            });
        }
    }

    [Fact]
    public async Task A_killed_peer_is_told_to_be_dead()
    {
        await ConnectAsync(bothDial: true);
        two.Kill();
        await one.UntilAsync(() => one.Count("died 2") == 1);
        Assert.Equal(1, one.Count("lost 2"));
    }

    [Fact]
    public async Task A_broken_connection_is_made_again_and_nobody_is_told_to_be_dead()
    {
        await ConnectAsync(bothDial: false);
        for (var round = 1; round <= 5; round++)
        {
            var before = one.Count("heard 2");
            two.Network.CloseAll();
            await one.UntilAsync(() => one.Count("lost 2") >= round && one.Count("heard 2") > before);
        }

        Assert.Equal(0, one.Count("died") + two.Count("died"));
        await one.SendAsync(two.Id, Appends(1, 2, 10));
    }

    private async Task ConnectAsync(bool bothDial)
    {
        one.Do(exchange => exchange.SetTargets([two.Target]));
        if (bothDial)
            two.Do(exchange => exchange.SetTargets([one.Target]));
        await one.UntilAsync(() => one.Count("heard 2") > 0);
        await two.UntilAsync(() => two.Count("heard 1") > 0);
    }

    private static IEnumerable<PeerFrame> Appends(ulong from, ulong to, int count)
    {
        for (var round = 0; round < count; round++)
        {
            var payload = new byte[round % 500 == 0 ? 1_000_000 : round % 2000];
            payload.AsSpan().Fill((byte)round);
            yield return new RaftFrame(new AppendRequest(
                new NodeId(from), new NodeId(to), new Term(1), default,
                new Entry[] { new(new LogIndex(1), new Term(1), EntryKind.Command, payload) }, default, (ulong)round));
        }
    }
}
