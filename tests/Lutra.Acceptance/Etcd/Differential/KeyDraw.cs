using Google.Protobuf;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Acceptance.Etcd.Differential;

/// <summary>Draws requests of the service of keys.</summary>
internal sealed class KeyDraw(int seed)
{
    private const string Service = "/etcdserverpb.KV/";
    private const int RequestBytesMax = 1_572_864;

    private const int KeyBytesMax = 64 * 1024;

    // At most twelve: up to there etcd's sort leaves what is equal in the order of the keys.
    private readonly ByteString[] keys =
    [
        .. new[] { "a", "b", "ab", "aa", "abc", "b/", "c" }.Select(ByteString.CopyFromUtf8),
        ByteString.CopyFrom(0), ByteString.CopyFrom(0, 0), ByteString.CopyFrom(0xff), ByteString.CopyFrom(0xff, 0xff), Filled('k', (seed & 63) switch { 0 or 32 => KeyBytesMax, 16 => KeyBytesMax + 1, _ => 300 }),
    ];

    private readonly Random random = new(~seed);

    // As many revisions as the sequence has made so far, more or less.
    private int made;

    public CallStep Call(IReadOnlyList<long> leases) => random.Next(100) switch
    {
        < 40 => new CallStep(Service + "Range", RangeRequest(mayBeWrong: true)),
        < 75 => Write(leases),
        _ => new CallStep(Service + "Txn", Transaction(leases, depth: 0)),
    };

    public CallStep Write(IReadOnlyList<long> leases)
    {
        made++;
        return random.Next(3) == 0
            ? new CallStep(Service + "DeleteRange", Delete())
            : new CallStep(Service + "Put", Put(leases));
    }

    /// <summary>More at once than fits into one response of a watch; twice, so that there is something before it, and then nothing of it.</summary>
    public IEnumerable<CallStep> Large()
    {
        var several = new Pb.TxnRequest();
        for (var number = 0; number < 3; number++)
            several.Success.Add(new Pb.RequestOp { RequestPut = new Pb.PutRequest { Key = keys[number], Value = Filled('l', 300_000 + random.Next(200_000)) } });
        made += 3;
        return [new CallStep(Service + "Txn", several), new CallStep(Service + "Txn", several), new CallStep(Service + "DeleteRange", All())];
    }

    /// <summary>Mostly one that there is or nearly is.</summary>
    public long Revision() => random.Next(12) switch
    {
        0 => 0,
        1 => random.NextInt64(-3, 3),
        2 => Places.Revision(random.Next(-3, 2)),
        3 => long.MaxValue - random.Next(2),
        4 => Places.Revision(made + random.Next(3)),
        _ => Places.Revision(random.Next(made + 2)),
    };

    public (ByteString Key, ByteString End) Range() => random.Next(8) switch
    {
        0 or 1 or 2 => (Key(), ByteString.Empty),
        3 or 4 => (Key(), ByteString.CopyFrom(0)),
        5 => (ByteString.CopyFrom(0), ByteString.CopyFrom(0)),
        6 => (Key(), Key()),
        _ => (ByteString.CopyFromUtf8("a"), ByteString.CopyFromUtf8("b")),
    };

    public long Lease(IReadOnlyList<long> leases) => random.Next(10) switch
    {
        < 7 when leases.Count > 0 => leases[random.Next(leases.Count)],
        8 => random.NextInt64(-4, 9),
        9 => long.MinValue,
        _ => random.NextInt64(1, 8),
    };

    private ByteString Key() => random.Next(40) == 0 ? ByteString.Empty : keys[random.Next(keys.Length)];

    private ByteString Value() => random.Next(400) switch
    {
        // Above and below what etcd takes, not near it: how long its own header is differs from request to request.
        0 => Filled('v', RequestBytesMax + (random.Next(2) == 0 ? random.Next(2000) : -60_000)),
        1 => Filled('v', 2 * 1024 * 1024 + random.Next(100)),
        < 10 => Filled('v', random.Next(5000)),
        < 80 => ByteString.Empty,
        var one => ByteString.CopyFromUtf8($"v{one % 5}"),
    };

    private static ByteString Filled(char with, int bytes) => ByteString.CopyFrom([.. Enumerable.Repeat((byte)with, bytes)]);

    private static Pb.DeleteRangeRequest All() => new() { Key = ByteString.CopyFrom(0), RangeEnd = ByteString.CopyFrom(0) };

    private Pb.RangeRequest RangeRequest(bool mayBeWrong)
    {
        var (key, end) = Range();
        var request = new Pb.RangeRequest { Key = key, RangeEnd = end, Serializable = random.Next(4) == 0, KeysOnly = random.Next(5) == 0, CountOnly = random.Next(6) == 0 };
        if (random.Next(3) == 0)
            request.Revision = Revision();
        if (random.Next(3) == 0)
            request.Limit = random.Next(-1, 6);
        if (random.Next(3) == 0)
        {
            request.SortOrder = (Pb.RangeRequest.Types.SortOrder)random.Next(3);
            request.SortTarget = (Pb.RangeRequest.Types.SortTarget)random.Next(5);
        }

        // With a limit and no order etcd sorts only what it fetched, the first keys and one more: it is meant that Lutra sorts all of the range.
        if (request.Limit > 0 && request.SortOrder == Pb.RangeRequest.Types.SortOrder.None)
            request.SortTarget = Pb.RangeRequest.Types.SortTarget.Key;
        if (random.Next(8) == 0)
            request.MinModRevision = Revision();
        if (random.Next(8) == 0)
            request.MaxModRevision = Revision();
        if (random.Next(8) == 0)
            request.MinCreateRevision = Revision();
        if (random.Next(8) == 0)
            request.MaxCreateRevision = Revision();

        // A target that is none crashes etcd 3.4.23.
        if (mayBeWrong && random.Next(60) == 0)
            request.SortOrder = (Pb.RangeRequest.Types.SortOrder)random.Next(3, 9);
        return request;
    }

    private Pb.PutRequest Put(IReadOnlyList<long> leases)
    {
        var request = new Pb.PutRequest { Key = Key(), Value = Value(), PrevKv = random.Next(3) == 0, IgnoreValue = random.Next(12) == 0, IgnoreLease = random.Next(12) == 0 };
        if (request.IgnoreValue && random.Next(4) != 0)
            request.Value = ByteString.Empty;
        if (random.Next(4) == 0 && (!request.IgnoreLease || random.Next(4) == 0))
            request.Lease = Lease(leases);
        return request;
    }

    private Pb.DeleteRangeRequest Delete()
    {
        var (key, end) = Range();
        return new Pb.DeleteRangeRequest { Key = key, RangeEnd = end, PrevKv = random.Next(2) == 0 };
    }

    // What is deleted to the end of the store is no duplicate to etcd whatever is put beside it, and a put there that keeps the value or the lease crashes 3.4.23: never drawn.
    private Pb.DeleteRangeRequest DeleteWithin()
    {
        var request = Delete();
        if (request.RangeEnd is [0])
            request.RangeEnd = ByteString.Empty;
        return request;
    }

    private Pb.TxnRequest Transaction(IReadOnlyList<long> leases, int depth)
    {
        made++;
        var request = new Pb.TxnRequest();
        for (var compares = random.Next(3); compares > 0; compares--)
            request.Compare.Add(Compare(leases));
        for (var operations = random.Next(4); operations > 0; operations--)
            request.Success.Add(Operation(leases, depth));
        for (var operations = random.Next(3); operations > 0; operations--)
            request.Failure.Add(Operation(leases, depth));

        // More operations than there may be.
        if (depth == 0 && random.Next(80) == 0)
            request.Success.AddRange(Enumerable.Range(0, random.Next(126, 131)).Select(_ => new Pb.RequestOp { RequestRange = new Pb.RangeRequest { Key = keys[0] } }));
        return request;
    }

    private Pb.RequestOp Operation(IReadOnlyList<long> leases, int depth) => random.Next(20) switch
    {
        < 7 => new Pb.RequestOp { RequestPut = Put(leases) },
        < 12 => new Pb.RequestOp { RequestRange = RangeRequest(mayBeWrong: false) },
        < 16 => new Pb.RequestOp { RequestDeleteRange = DeleteWithin() },
        < 19 when depth < 3 => new Pb.RequestOp { RequestTxn = Transaction(leases, depth + 1) },
        19 when random.Next(4) == 0 => new Pb.RequestOp(),
        _ => new Pb.RequestOp { RequestPut = Put(leases) },
    };

    private Pb.Compare Compare(IReadOnlyList<long> leases)
    {
        var (key, end) = random.Next(3) == 0 ? Range() : (Key(), ByteString.Empty);
        var compare = new Pb.Compare
        {
            Key = key,
            RangeEnd = end,
            Result = (Pb.Compare.Types.CompareResult)(random.Next(40) == 0 ? 7 : random.Next(4)),
            Target = (Pb.Compare.Types.CompareTarget)(random.Next(40) == 0 ? 9 : random.Next(5)),
        };

        // Which of two numbers is greater that the stores chose is chance.
        if (compare.Target == Pb.Compare.Types.CompareTarget.Lease && leases.Any(Places.IsChosenLease))
            compare.Result = (Pb.Compare.Types.CompareResult)(random.Next(2) * 3);

        // Mostly what the target asks for.
        switch (random.Next(10) == 0 ? random.Next(6) : (int)compare.Target)
        {
            case 0: compare.Version = random.Next(4); break;
            case 1: compare.CreateRevision = random.Next(3) == 0 ? 0 : Revision(); break;
            case 2: compare.ModRevision = random.Next(3) == 0 ? 0 : Revision(); break;
            case 3: compare.Value = ByteString.CopyFromUtf8($"v{random.Next(5)}"); break;
            case 4: compare.Lease = random.Next(2) == 0 ? 0 : Lease(leases); break;
        }

        return compare;
    }
}
