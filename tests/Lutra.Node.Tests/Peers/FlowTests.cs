using Lutra.Node.Peers;
using Lutra.Raft;

namespace Lutra.Node.Tests.Peers;

/// <summary>Bounds of the queues, and what goes before what.</summary>
public sealed class FlowTests
{
    private readonly PeerWorld world = new();

    [Fact]
    public void F04_heartbeats_and_replies_go_before_a_table_transfer_on_a_slow_link()
    {
        var (one, two) = Connected();
        // 1 MiB takes a second; the transfer keeps its lane full all the time.
        world.Fabric.Faults = world.Fabric.Faults with { BytesPerMillisecond = 1024 };
        for (ulong round = 1; round <= 50; round++)
        {
            while (one.Send(2, Chunk(64 * 1024)))
            {
                // Until the lane is full.
            }

            one.Send(2, PeerWorld.Heartbeat(1, 2, round));
            world.RunFor(0.1);
        }

        // Behind at most what the operating system and one write hold.
        world.RunFor(0.6);
        Assert.Equal(50, two.Frames.Count(frame => frame.Frame is RaftFrame));
        Assert.InRange(two.Frames.Count(frame => frame.Frame is TransferChunkFrame), 40, 100);
        Assert.Equal(0, one.Count("lost") + two.Count("lost"));
    }

    [Fact]
    public void Appends_stay_in_order_and_before_bulk()
    {
        var (one, two) = Connected();
        one.Exchange.Send(two.Id, Chunk(1000));
        one.Exchange.Send(two.Id, Append(1));
        one.Exchange.Send(two.Id, PeerWorld.Heartbeat(1, 2, round: 9));
        one.Exchange.Send(two.Id, Append(2));
        one.Exchange.Flush();
        world.RunFor(0.1);
        Assert.Equal(
            ["Heartbeat", "AppendRequest 1", "AppendRequest 2", "TransferChunkFrame"],
            two.Frames.Select(frame => frame.Frame switch
            {
                RaftFrame { Message: AppendRequest append } => $"AppendRequest {append.Round}",
                RaftFrame { Message: var message } => message.GetType().Name,
                var other => other.GetType().Name,
            }));
    }

    [Fact]
    public void Frames_of_one_step_share_a_write()
    {
        var (one, two) = Connected();
        for (ulong round = 0; round < 100; round++)
            one.Exchange.Send(two.Id, PeerWorld.Heartbeat(1, 2, round));
        Assert.Empty(two.Frames);
        var before = world.Scheduler.EventsRun;
        one.Exchange.Flush();
        world.RunUntil(() => two.Frames.Count == 100);
        Assert.InRange(world.Scheduler.EventsRun - before, 1ul, 10ul);
    }

    [Fact]
    public void F03_a_peer_that_does_not_take_what_it_gets_costs_a_bounded_amount_and_the_others_nothing()
    {
        var options = new PeerOptions { QueueBytesMax = 1_000_000, BulkQueueBytesMax = 500_000, UnreadBytesMax = 100_000, SilenceMaxMs = 3_600_000 };
        var (one, two) = Connected(options);
        var three = world.Start(3, options: options);
        one.SetTargets(PeerWorld.To(2), PeerWorld.To(3));
        world.RunUntil(() => one.Connected.Count == 2);

        two.IsStuck = true;
        var sent = 0;
        for (var round = 0; round < 1000; round++)
        {
            sent += one.Send(2, Append((ulong)round, payloadBytes: 10_000)) ? 1 : 0;
            one.Send(2, Chunk(10_000));
            one.Send(3, PeerWorld.Heartbeat(1, 3, (ulong)round));
            world.RunFor(0.01);
        }

        var status = one.Exchange.Status.Single(peer => peer.Node == two.Id);
        // Both lanes, a frame each beyond their bound, and the write on its way.
        Assert.InRange(status.QueuedBytes, 1_000_000, 1_700_000);
        Assert.True(status.DroppedFrames > 1000);
        Assert.InRange(sent, 100, 200);
        Assert.Equal(1000, three.Frames.Count);
        Assert.Equal(0, one.Count("lost"));

        two.IsStuck = false;
        two.Process.Ready(two);
        world.RunUntil(() => two.Frames.Count(frame => frame.Frame is RaftFrame) == sent);
        Assert.True(one.Send(2, Append(1001, payloadBytes: 10_000)));
    }

    [Fact]
    public void A_large_frame_passes_in_odd_chunks()
    {
        var (one, two) = Connected();
        world.Fabric.Faults = world.Fabric.Faults with { OddChunks = true };
        Assert.True(one.Send(2, Append(1, payloadBytes: 4 * 1024 * 1024)));
        world.RunUntil(() => two.Frames.Count == 1);
        var append = Assert.IsType<AppendRequest>(Assert.IsType<RaftFrame>(two.Frames[0].Frame).Message);
        Assert.Equal(4 * 1024 * 1024, append.Entries.Span[0].Payload.Length);
    }

    [Fact]
    public void X07_what_arrived_does_not_change_when_its_buffers_are_used_again()
    {
        var (one, two) = Connected();
        world.Fabric.Faults = world.Fabric.Faults with { OddChunks = true };
        for (var round = 1; round <= 40; round++)
        {
            var entry = new Entry(new LogIndex(1), new Term(1), EntryKind.Command, Enumerable.Repeat((byte)round, 100 * round).ToArray());
            one.Send(2, new RaftFrame(new AppendRequest(new NodeId(1), new NodeId(2), new Term(1), default, new Entry[] { entry }, default, (ulong)round)));
            world.RunUntil(() => two.Frames.Count == round);
            PoisonPool();
        }

        for (var round = 1; round <= 40; round++)
        {
            var append = Assert.IsType<AppendRequest>(Assert.IsType<RaftFrame>(two.Frames[round - 1].Frame).Message);
            Assert.Equal(100 * round, append.Entries.Span[0].Payload.Length);
            Assert.True(append.Entries.Span[0].Payload.Span.IndexOfAnyExcept((byte)round) < 0, $"Frame {round} holds what came later.");
        }
    }

    // Whatever was returned to the pool is rented and written over, as the next frame would do.
    private static void PoisonPool()
    {
        var rented = new List<byte[]>();
        for (var size = 16; size <= 16 * 1024; size *= 2)
        {
            for (var count = 0; count < 8; count++)
                rented.Add(System.Buffers.ArrayPool<byte>.Shared.Rent(size));
        }

        foreach (var buffer in rented)
        {
            buffer.AsSpan().Fill(0xEE);
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private (PeerNode One, PeerNode Two) Connected(PeerOptions? options = null)
    {
        var one = world.Start(1, options: options);
        var two = world.Start(2, options: options);
        one.SetTargets(PeerWorld.To(2));
        world.RunUntil(() => one.Connected.Count == 1 && two.Connected.Count == 1);
        return (one, two);
    }

    private static TransferChunkFrame Chunk(int bytes) => new(1, 0, 0, new byte[bytes]);

    private static RaftFrame Append(ulong round, int payloadBytes = 10) => new(new AppendRequest(
        new NodeId(1), new NodeId(2), new Term(1), default,
        new Entry[] { new(new LogIndex(1), new Term(1), EntryKind.Command, new byte[payloadBytes]) }, default, round));
}
