using Lutra.Keyspace;
using Lutra.Raft;
using Lutra.Simulation.Disk;
using Lutra.Simulation.Scheduling;
using Lutra.Storage.Tables;

namespace Lutra.Fuzz.Targets;

/// <summary>
/// Commands that some peer forwarded and that are in the log now: every node applies them, so none may stop a node. Several in one input, each behind its length.
/// </summary>
internal sealed class ApplyTarget : FuzzTarget
{
    // Each that is refused makes an exception, which is more than four times an empty command.
    private const int CommandsMax = 64;

    private readonly CommandTarget commands = new();

    public override string Name => "apply";

    public override int Share => 2;

    public override byte[] Example(Random random)
    {
        List<byte> bytes = [];
        for (var count = random.Next(1, 8); count > 0; count--)
        {
            var command = commands.Example(random);
            bytes.AddRange([(byte)command.Length, (byte)(command.Length >> 8), .. command]);
        }

        return [.. bytes];
    }

    public override void Parse(byte[] input)
    {
        var scheduler = new SimulatedScheduler(1);
        var process = scheduler.StartProcess("node");
        var rule = new KeyspaceMergeRule();
        var events = new TableEvents(_ => { }, () => { }, failure => throw failure, _ => { });
        using var tables = TableStore.Open(new SimulatedDisk(scheduler, "disk").Mount(process), process, new TableOptions(MemtableBytes: 64 * 1024, BlockCacheBytes: 1), rule, events);
        using var store = KeyspaceStore.Open(tables, rule, recentKeys: 4);
        var index = LogIndex.Zero;
        for (var (at, count) = (0, 0); at + 2 <= input.Length && count < CommandsMax; count++)
        {
            var length = Math.Min(input[at] | (input[at + 1] << 8), input.Length - at - 2);
            var command = input.AsMemory(at + 2, length);
            at += 2 + length;
            if (!MayBeForwarded(command))
                continue;
            index = index.Next;
            store.Apply(new Entry(index, new Term(1), EntryKind.Command, command), wantResult: true);
            store.Publish();
        }
    }

    public override bool IsDeclared(Exception exception) => exception is EntryNotUnderstoodException;

    // As the leader looks at what it is asked to append.
    private static bool MayBeForwarded(ReadOnlyMemory<byte> command)
    {
        try
        {
            Lutra.Keyspace.Commands.CommandCodec.Decode(command);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
