using Lutra.Keyspace;

namespace Lutra.Fuzz.Targets;

/// <summary>What the keyspace keeps in tables, which may come from another node or a snapshot. The first byte says what it is.</summary>
internal sealed class RecordTarget : FuzzTarget
{
    private const int Kinds = 6;

    public override string Name => "record";

    public override byte[] Example(Random random)
    {
        var kind = random.Next(Kinds);
        var target = new ByteWriter();
        switch (kind)
        {
            case 0 when random.Next(4) == 0:
                KeyVersion.WriteTombstone(target, (uint)random.Next(9));
                break;
            case 0:
                KeyVersion.WritePut(target, (uint)random.Next(9), random.Next(1, 9), random.Next(1, 9), random.Next(9), Bytes(random));
                break;
            case 1 when random.Next(4) == 0:
                target.Raw(LeaseRecord.EndedRecord);
                break;
            case 1:
                new LeaseRecord(random.Next(1, 1000), random.Next(1000)).Write(target);
                break;
            case 2:
                new SessionRecord(random.Next(2) == 0, (ulong)random.Next(), random.Next(), random.NextInt64(), (ulong)random.Next(99)).Write(target);
                break;
            case 3:
                IdempotencyRecord.Write(target, (ulong)random.Next(), random.NextInt64(), new UInt128((ulong)random.NextInt64(), 7), OutcomeBytes(random));
                break;
            case 4:
                new StateRecord(random.Next(1, 99), random.Next(-1, 9), 1, random.NextInt64(), 3, 1, 2, 3).Write(target);
                break;
            default:
                target.Raw(OutcomeBytes(random));
                break;
        }

        return [(byte)kind, .. target.Written];
    }

    public override void Parse(byte[] input)
    {
        if (input.Length == 0)
            return;
        var bytes = input.AsMemory(1);
        var again = new ByteWriter();
        switch (input[0] % Kinds)
        {
            case 0:
                Write(again, KeyVersion.Read(7, bytes));
                break;
            case 1:
                if (LeaseRecord.Read(bytes) is { } lease)
                    lease.Write(again);
                else
                    again.Raw(LeaseRecord.EndedRecord);
                break;
            case 2:
                SessionRecord.Read(bytes).Write(again);
                break;
            case 3:
                var idempotency = IdempotencyRecord.Read(bytes);
                IdempotencyRecord.ReadHead(bytes.Span);
                IdempotencyRecord.Write(again, idempotency.Number, idempotency.TimeMillis, idempotency.RequestHash, idempotency.Outcome.Span);
                break;
            case 4:
                StateRecord.Read(bytes).Write(again);
                break;
            default:
                var outcome = OutcomeCodec.Read(bytes);
                OutcomeCodec.Write(again, outcome);
                var written = again.Written.ToArray();
                again = new ByteWriter();
                OutcomeCodec.Write(again, OutcomeCodec.Read(written));
                Require(again.Written.SequenceEqual(written), "an outcome that was read is written as another");
                return;
        }

        // A tombstone may drag bytes behind it that nobody reads.
        Require(bytes.Span.StartsWith(again.Written), "a record that was read is written as another");
    }

    public override bool IsDeclared(Exception exception) => exception is FormatException;

    private static void Write(ByteWriter target, in KeyVersion version)
    {
        if (version.IsTombstone)
            KeyVersion.WriteTombstone(target, version.Sub);
        else
            KeyVersion.WritePut(target, version.Sub, version.CreateRevision, version.Version, version.Lease, version.Value.Span);
    }

    private static byte[] OutcomeBytes(Random random)
    {
        var kept = new KeyValue(Bytes(random), Bytes(random), new Revision(2), new Revision(7), 3, 1);
        var revision = new Revision(random.Next(1, 99));
        var target = new ByteWriter();
        OutcomeCodec.Write(target, random.Next(7) switch
        {
            0 => new Outcome(null, null),
            1 => new Outcome(null, new Refusal(LutraError.Compacted, "no")),
            2 => new Outcome(new PutResult(revision, kept), null),
            3 => new Outcome(new DeleteResult(revision, 2, [kept, kept]), null),
            4 => new Outcome(new RangeResult(revision, [kept], 9, More: true), null),
            5 => new Outcome(new CompactResult(revision), null),
            _ => new Outcome(new TransactionResult(revision, true, [new PutResult(revision, null), new TransactionResult(revision, false, [])]), null),
        });
        return target.Written.ToArray();
    }

    private static byte[] Bytes(Random random)
    {
        var bytes = new byte[random.Next(20)];
        random.NextBytes(bytes);
        return bytes;
    }
}
