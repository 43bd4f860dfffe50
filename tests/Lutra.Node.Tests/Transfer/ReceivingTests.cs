using Lutra.Node.Peers;
using Lutra.Node.Transfer;
using Lutra.Raft;
using Lutra.Simulation.Disk;
using Lutra.Simulation.Scheduling;
using Lutra.Storage.Files;
using Lutra.Storage.Tables;

namespace Lutra.Node.Tests.Transfer;

/// <summary>A state on its way over a bad road: pieces are lost, doubled, out of order, of another transfer, or wrong.</summary>
public sealed class ReceivingTests
{
    private static readonly NodeId leader = new(1);
    private static readonly NodeId formerLeader = new(2);

    private readonly SimulatedScheduler scheduler = new(1);
    private readonly Queue<PeerFrame> answers = new();
    private readonly List<IncomingTransfer> received = [];
    private readonly IFiles files;
    private readonly TransferReceiver receiver;
    private readonly byte[][] tables;
    private readonly TransferFile[] list;

    public ReceivingTests()
    {
        var process = scheduler.StartProcess("receiver");
        files = new SimulatedDisk(scheduler, "disk").Mount(process);
        receiver = new TransferReceiver(files, new TransferEvents(process.Ready, (_, frame) => answers.Enqueue(frame), (_, frame) => answers.Enqueue(frame), received.Add));
        tables = [.. TableBytes()];
        list = [.. tables.Select((bytes, at) => new TransferFile((ulong)at + 1, bytes.Length, ChecksumOf(bytes)))];
    }

    [Fact]
    public void S04_lost_doubled_and_disordered_pieces_end_in_the_right_bytes()
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            Begin(transfer: (ulong)seed + 1);
            Assert.True(Run(random, (ulong)seed + 1, loss: 0.2), $"seed {seed}: it never ended.");
            for (var file = 0; file < tables.Length; file++)
                Assert.Equal(tables[file], Read(IncomingTransfer.PathOf(file)));
            receiver.Forget(received[^1]);
            scheduler.RunUntilIdle();
        }
    }

    [Fact]
    public void S04_one_wrong_bit_anywhere_is_never_handed_over()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var file = random.Next(tables.Length);
            var (offset, bit) = (random.Next(tables[file].Length), (byte)(1 << random.Next(8)));
            tables[file][offset] ^= bit;
            Begin(transfer: (ulong)seed + 1);
            Assert.False(Run(random, (ulong)seed + 1, loss: 0), $"seed {seed}: a wrong bit in byte {offset} of file {file} was handed over.");
            Assert.Contains(answers, answer => answer is TransferEndedFrame);
            tables[file][offset] ^= bit;
        }

        Begin(transfer: 1000);
        Assert.True(Run(new Random(1), 1000, loss: 0));
    }

    [Fact]
    public void S04_pieces_of_another_leader_or_of_another_transfer_are_not_mixed_in()
    {
        Begin(transfer: 5);
        scheduler.RunUntilIdle();
        receiver.Receive(formerLeader, Chunk(5, 0, 0, 64), 0);
        receiver.Receive(leader, new TransferChunkFrame(4, 0, 0, new byte[64]), 0);
        scheduler.RunUntilIdle();
        // A leader that follows begins its own, half of the other being there.
        receiver.Receive(leader, Chunk(5, 0, 0, 64), 0);
        scheduler.RunUntilIdle();
        answers.Clear();
        receiver.Receive(formerLeader, new TransferBeginFrame(6, new Term(3), Position, Configuration.Empty, list), 0);
        scheduler.RunUntilIdle();
        Assert.Contains(answers, answer => answer is TransferWantedFrame { Transfer: 6, File: 0, OffsetBytes: 0 });
        receiver.Receive(leader, Chunk(5, 0, 64, 64), 0);
        Assert.True(Run(new Random(1), 6, loss: 0, from: formerLeader));
        Assert.Equal(tables[0], Read(IncomingTransfer.PathOf(0)));
    }

    private static LogPosition Position => new(new LogIndex(10), new Term(2));

    private void Begin(ulong transfer)
    {
        answers.Clear();
        receiver.Receive(leader, new TransferBeginFrame(transfer, new Term(2), Position, Configuration.Empty, list), 0);
    }

    // Sends what is asked for, badly, until everything was handed over or the receiver gives up.
    private bool Run(Random random, ulong transfer, double loss, NodeId? from = null)
    {
        var before = received.Count;
        var held = new List<TransferChunkFrame>();
        for (long millis = 0; millis < 3_000_000; millis += 100)
        {
            scheduler.RunUntilIdle();
            if (received.Count > before)
                return true;
            if (answers.Any(answer => answer is TransferEndedFrame ended && ended.Transfer == transfer))
                return false;
            while (answers.TryDequeue(out var answer))
            {
                if (answer is not TransferWantedFrame wanted || wanted.File == tables.Length)
                    continue;
                var offset = wanted.OffsetBytes;
                for (var piece = 0; piece < TransferSender.ChunksPerRequest && offset < tables[wanted.File].Length; piece++)
                {
                    var length = (int)Math.Min(random.Next(1, 400), tables[wanted.File].Length - offset);
                    held.Add(Chunk(transfer, wanted.File, offset, length));
                    offset += length;
                }
            }

            var pieces = held.SelectMany(chunk => random.NextDouble() < loss ? (TransferChunkFrame[])[chunk, chunk] : [chunk]).ToArray();
            held.Clear();
            if (random.NextDouble() < loss)
                random.Shuffle(pieces);
            foreach (var chunk in pieces)
            {
                if (random.NextDouble() >= loss)
                    receiver.Receive(from ?? leader, chunk, millis);
                scheduler.RunUntilIdle();
            }

            receiver.Tick(millis);
        }

        return false;
    }

    private TransferChunkFrame Chunk(ulong transfer, int file, long offset, int length) => new(transfer, file, offset, tables[file].AsMemory((int)offset, length));

    private byte[] Read(string path)
    {
        using var file = files.Open(path, writable: false);
        var bytes = new byte[file.Length];
        file.Read(bytes, 0);
        return bytes;
    }

    private IEnumerable<byte[]> TableBytes()
    {
        var process = scheduler.StartProcess("leader");
        var disk = new SimulatedDisk(scheduler, "leader");
        var rule = new Lutra.Keyspace.KeyspaceMergeRule();
        var store = TableStore.Open(
            disk.Mount(process), process, new TableOptions(MemtableBytes: 2000, TablesMax: 8), rule, new TableEvents(_ => { }, () => { }, failure => throw failure, _ => { }));
        var keyspace = Lutra.Keyspace.KeyspaceStore.Open(store, rule);
        keyspace.Begin(new Configuration([new Member(new MemberId(1), new NodeId(1), "1", "n1:1", "n1:1", MemberRole.Voter)], []));
        for (var index = 1; index <= 60; index++)
        {
            keyspace.Apply(InstallTests.PutAt(index), wantResult: false);
            keyspace.Publish();
            scheduler.RunUntilIdle();
        }

        using var pinned = store.PinTables();
        Assert.True(pinned.Files.Count > 1, "One table is too few.");
        foreach (var file in pinned.Files)
        {
            var bytes = new byte[file.LengthBytes];
            pinned.Read(file, bytes, 0);
            yield return bytes;
        }
    }

    private uint ChecksumOf(byte[] table)
    {
        var disk = new SimulatedDisk(scheduler, "checksum");
        disk.Plant("a.table", table);
        using var verification = TableVerification.Begin(disk.Mount(scheduler.StartProcess("checksum")), "a.table");
        while (!verification.Step())
        {
            // A piece at a time.
        }

        return verification.Checksum;
    }
}
