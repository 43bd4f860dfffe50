using Lutra.Simulation.Recording;

namespace Lutra.Simulation.Network;

/// <summary>One direction of a connection: bytes in order, each with the time at which it can arrive.</summary>
internal sealed class Pipe
{
    /// <summary>What the two machines' buffers hold; a sender that is further ahead waits.</summary>
    private const int WindowBytes = 256 * 1024;

    private static readonly TimeSpan backlogMax = TimeSpan.FromSeconds(3);

    private readonly NetworkFabric fabric;
    private readonly SimulatedConnection sender;
    private readonly SimulatedConnection receiver;
    private readonly Queue<Segment> segments = new();
    private readonly Queue<int> unreported = new();
    private TimeSpan lastArrival;
    private long waitingBytes;
    private int firstOffset;
    private bool isClosed;
    private bool isDelivering;

    public Pipe(NetworkFabric fabric, SimulatedConnection sender, SimulatedConnection receiver)
    {
        this.fabric = fabric;
        this.sender = sender;
        this.receiver = receiver;
        fabric.Add(this);
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        unreported.Enqueue(bytes.Length);
        if (!isClosed)
        {
            var faults = fabric.Faults;
            if (fabric.Shuffler is { } shuffler)
                bytes = shuffler.Rework(sender.Host, receiver.Host, bytes);
            var breaks = fabric.Random.NextDouble() < faults.Reset;
            var arriving = breaks ? bytes[..fabric.Random.Next(bytes.Length + 1)] : bytes;
            var stall = fabric.Random.NextDouble() < faults.Stall ? faults.StallMax * fabric.Random.NextDouble() : TimeSpan.Zero;
            var segment = new Segment(arriving.ToArray(), breaks ? Ending.Break : Ending.None);
            Enqueue(fabric.Recording is { } recording ? segment with { Messages = Record(recording, segment.Bytes) } : segment, stall);
        }

        ReportSent();
    }

    /// <summary>The sender closes: the receiver hears it after the last byte.</summary>
    public void End()
    {
        if (!isClosed)
            Enqueue(new Segment([], Ending.End), TimeSpan.Zero);
    }

    /// <summary>Nothing arrives any more.</summary>
    public void Close()
    {
        isClosed = true;
        segments.Clear();
        waitingBytes = 0;
        ReportSent();
        fabric.Remove(this);
    }

    /// <summary>Hands over what can arrive by now.</summary>
    public void Deliver()
    {
        // Resuming inside Received comes back here: the outer walk goes on by itself.
        if (isDelivering)
            return;

        isDelivering = true;
        while (!isClosed && segments.TryPeek(out var segment) && segment.ArrivesAt <= fabric.Scheduler.Now && fabric.IsOpen(sender.Host, receiver.Host))
        {
            if (receiver.WouldReset)
                Reset();
            else if (!receiver.CanReceive || !DeliverFirst(segment))
                break;
        }

        isDelivering = false;
        ReportSent();
    }

    /// <summary>False: the segment has more to give, and gives it later.</summary>
    private bool DeliverFirst(Segment segment)
    {
        var left = segment.Bytes.AsMemory(firstOffset);
        var count = left.Length;
        if (fabric.Faults.OddChunks && count > 1)
            count = 1 + fabric.Random.Next(count);
        firstOffset += count;
        waitingBytes -= count;
        var isWhole = firstOffset == segment.Bytes.Length;
        if (isWhole)
        {
            segments.Dequeue();
            firstOffset = 0;
            foreach (var message in segment.Messages)
                message.Arrived = fabric.Scheduler.Now;
        }

        if (count > 0)
            receiver.Received(left.Span[..count]);
        if (isWhole && segment.Ending == Ending.End)
            receiver.Ended();
        else if (isWhole && segment.Ending == Ending.Break)
            Reset();
        if (!isWhole)
            fabric.Scheduler.After(TimeSpan.FromMicroseconds(10), Deliver);
        return isWhole;
    }

    private RecordedMessage[] Record(RunRecording recording, byte[] bytes)
    {
        RecordedMessage[] messages =
            [.. MessageText.OfAll(bytes).Select(frame => new RecordedMessage(sender.Host, receiver.Host, frame.What, frame.IsOfConsensus, fabric.Scheduler.Now))];
        foreach (var message in messages)
            recording.Add(message);
        return messages;
    }

    private void Reset()
    {
        receiver.Break("reset in the middle");
        sender.Break("reset by the other end");
        Close();
    }

    private void Enqueue(Segment segment, TimeSpan stall)
    {
        var slowness = fabric.SlownessOf(sender.Host, receiver.Host);
        var rate = slowness?.BytesPerMillisecond ?? fabric.Faults.BytesPerMillisecond;
        var transmission = rate == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds((double)segment.Bytes.Length / rate);
        var earliest = fabric.Scheduler.Now + fabric.DrawDelay() + stall + (slowness?.Delay ?? TimeSpan.Zero);

        // However little a way carries, what it was given arrives before the end of faults is forgotten.
        var room = backlogMax - (lastArrival - fabric.Scheduler.Now);
        transmission = room <= TimeSpan.Zero ? TimeSpan.Zero : transmission < room ? transmission : room;
        lastArrival = (earliest > lastArrival ? earliest : lastArrival) + transmission;
        segments.Enqueue(segment with { ArrivesAt = lastArrival });
        waitingBytes += segment.Bytes.Length;
        fabric.Scheduler.After(lastArrival - fabric.Scheduler.Now, Deliver);
    }

    private void ReportSent()
    {
        while (waitingBytes <= WindowBytes && unreported.TryDequeue(out var bytes))
            sender.Sent(bytes);
    }

    private enum Ending
    {
        None,
        End,
        Break,
    }

    private sealed record Segment(byte[] Bytes, Ending Ending)
    {
        public TimeSpan ArrivesAt { get; init; }

        public RecordedMessage[] Messages { get; init; } = [];
    }
}
