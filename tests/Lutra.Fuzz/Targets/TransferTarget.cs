using Lutra.Node.Peers;
using Lutra.Node.Transfer;
using Lutra.Raft;
using Lutra.Storage.Checksums;

namespace Lutra.Fuzz.Targets;

/// <summary>
/// A state that streams in. The input is a list of steps: a piece of the table at some place, a piece for another file or transfer, an end, silence. The table
/// itself is the rest, whole or hostile.
/// </summary>
internal sealed class TransferTarget : FuzzTarget
{
    private const int StepsMax = 40;

    private static readonly NodeId leader = new(2);

    private readonly TableTarget table = new();

    public override string Name => "transfer";

    public override int Share => 4;

    public override byte[] Example(Random random)
    {
        var steps = new byte[random.Next(1, StepsMax)];
        for (var at = 0; at < steps.Length; at++)
            steps[at] = (byte)(random.Next(8) == 0 ? random.Next(256) : 0);
        return [(byte)steps.Length, .. steps, .. table.Example(random)];
    }

    public override byte[] Seal(byte[] input)
    {
        var tableAt = TableAt(input);
        table.Seal(input[tableAt..]).CopyTo(input, tableAt);
        return input;
    }

    public override void Parse(byte[] input)
    {
        var tableAt = TableAt(input);
        var bytes = Bed(() => input[tableAt..]);
        if (bytes.Length == 0)
            return;
        var files = new MemoryFiles();
        List<PeerFrame> sent = [];
        var received = 0;
        var receiver = new TransferReceiver(files, new TransferEvents(_ => { }, (_, frame) => sent.Add(frame), (_, frame) => sent.Add(frame), _ => received++));
        receiver.Receive(leader, Begin(1, bytes), 0);
        foreach (var step in input.AsSpan(1, tableAt - 1))
        {
            Do(receiver, step, bytes, sent);
            for (var times = 0; receiver.Step(); times++)
                Require(times < 10_000, "the receiver has no end");
        }

        Require(received <= 1, "one state was received twice");
    }

    public override bool IsDeclared(Exception exception) => false;

    private static int TableAt(byte[] input) => input.Length == 0 ? 0 : Math.Min(input.Length, 1 + Math.Min(input[0], (byte)StepsMax));

    private static TransferBeginFrame Begin(ulong transfer, byte[] bytes) => new(
        transfer, new Term(1), new LogPosition(new LogIndex(9), new Term(1)), Configuration.Empty, [new TransferFile(1, bytes.Length, Crc32C.Compute(bytes))]);

    // 0: what was asked for last, about a third of it. Others: something else.
    private static void Do(TransferReceiver receiver, byte step, byte[] bytes, List<PeerFrame> sent)
    {
        var wanted = sent.OfType<TransferWantedFrame>().LastOrDefault();
        var offset = step < 128 ? wanted?.OffsetBytes ?? 0 : step * 7L;
        if (step is > 3 and < 128)
            offset += step;
        var from = (int)Math.Min(offset, bytes.Length);
        var length = Math.Min(bytes.Length - from, 1 + (bytes.Length / 3));
        switch (step)
        {
            case 1:
                receiver.Tick(step * 10_000);
                break;
            case 2:
                receiver.Receive(leader, new TransferEndedFrame(1, "over"));
                break;
            case 3:
                receiver.Receive(leader, Begin(step, bytes), step);
                break;
            default:
                receiver.Receive(leader, new TransferChunkFrame(1, step / 200, offset, bytes.AsMemory(from, length)), step);
                break;
        }
    }
}
