using System.Buffers.Binary;
using System.Security.Cryptography;
using Lutra.Keyspace;
using Lutra.Keyspace.Commands;
using Lutra.Keyspace.Snapshots;
using Lutra.Keyspace.Tests.Model;
using Lutra.Raft;
using Lutra.Simulation.Disk;
using Lutra.Simulation.Scheduling;
using Lutra.Storage.Checksums;
using Lutra.Storage.Files;
using Lutra.Storage.Tables;

namespace Lutra.Fuzz.Targets;

/// <summary>A snapshot file, read to its end and made the state of a new folder.</summary>
internal sealed class SnapshotTarget : FuzzTarget
{
    private const string Path = "a.snapshot";

    public override string Name => "snapshot";

    public override int Share => 8;

    public override byte[] Example(Random random)
    {
        var scheduler = new SimulatedScheduler(1);
        var rule = new KeyspaceMergeRule();
        var events = new TableEvents(_ => { }, () => { }, failure => throw failure, _ => { });
        using var tables = TableStore.Open(new SimulatedDisk(scheduler, "disk").Mount(scheduler.StartProcess("node")), scheduler, new TableOptions(), rule, events);
        using var store = KeyspaceStore.Open(tables, rule);
        var draw = new CommandDraw(random);
        for (ulong index = 1; index <= 40; index++)
        {
            var (session, sequence, key) = draw.Envelope();
            var command = CommandCodec.Encode(new CommandEnvelope(new ProposalId(7, index), 1_000_000, session, sequence, key), draw.Command());
            store.Apply(new Entry(new LogIndex(index), new Term(1), EntryKind.Command, command), wantResult: false);
        }

        store.Publish();
        using var view = store.Pin();
        using var source = new SnapshotSource(view, new ClusterId(0xC1), nowMillis: 1_700_000_000_000);
        using var writer = new SnapshotWriter(source);
        List<byte> bytes = [];
        while (writer.Next())
            bytes.AddRange(writer.Chunk.Span);
        return [.. bytes];
    }

    public override byte[] Seal(byte[] input)
    {
        if (input.Length < SnapshotHeader.SizeBytes)
            return input;
        var header = input.AsSpan(0, SnapshotHeader.SizeBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], Crc32C.Extend(Crc32C.Compute(header[..12]), header[16..]));
        for (var at = SnapshotHeader.SizeBytes; at + SnapshotWriter.EndBytes <= input.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(input.AsSpan(at));
            var isEnd = length <= 0 || length > input.Length - at - SnapshotWriter.BlockHeaderBytes - SnapshotWriter.EndBytes;
            if (isEnd)
            {
                SealEnd(input, at);
                break;
            }

            SnapshotWriter.Seal(input.AsSpan(at, SnapshotWriter.BlockHeaderBytes + length), at);
            at += SnapshotWriter.BlockHeaderBytes + length;
        }

        return input;
    }

    public override void Parse(byte[] input)
    {
        var files = new MemoryFiles { [Path] = input };
        using var file = files.Open(Path, writable: false);
        using (var reader = new SnapshotReader(file))
        {
            while (reader.Next())
            {
                // The next entry.
            }
        }

        using var again = new SnapshotReader(file);
        StateImport.Write(again, files, keyCountMax: 1000, StateImport.RevisionJumpDefault);
    }

    public override bool IsDeclared(Exception exception) => exception is DiskException or LutraException;

    private static void SealEnd(byte[] input, int at)
    {
        var counted = input.AsSpan(at, SnapshotWriter.EndBytes - SHA256.HashSizeInBytes);
        SnapshotWriter.Seal(counted, at, lengthBytes: 0);
        SHA256.HashData(input.AsSpan(0, at + counted.Length), input.AsSpan(at + counted.Length, SHA256.HashSizeInBytes));
    }
}
