using Google.Protobuf;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Acceptance.Etcd.Differential;

/// <summary>Draws a sequence from a seed: mostly sensible requests over few keys, so that they meet, and in between what no client should send.</summary>
internal sealed class StepDraw
{
    private const string Leases = "/etcdserverpb.Lease/";

    // How large a message may be as JSON is each store's own affair.
    private const int JsonBytesMax = 1024 * 1024;

    private readonly Random random;
    private readonly KeyDraw keys;
    private readonly MembersDraw members;
    private readonly UsersDraw users;
    private readonly List<long> leases = [];
    private int chosenLeases;
    private bool leavesData;

    public StepDraw(int seed)
    {
        random = new Random(seed);
        keys = new KeyDraw(seed);
        members = new MembersDraw(seed);
        users = new UsersDraw(seed, keys);
    }

    public IReadOnlyList<Step> Sequence(int steps)
    {
        var sequence = new List<Step>();
        while (sequence.Count < steps)
        {
            switch (random.Next(100))
            {
                case < 58: sequence.Add(MaybeAsJson(keys.Call(leases))); break;
                case < 60: sequence.AddRange(Rare()); break;
                case < 64: sequence.Add(Compaction()); break;
                case < 72: sequence.AddRange(Grant()); break;
                case < 76: sequence.Add(MaybeAsJson(Call(Leases + "LeaseRevoke", new Pb.LeaseRevokeRequest { ID = keys.Lease(leases) }))); break;
                case < 80: sequence.Add(MaybeAsJson(Call(Leases + "LeaseTimeToLive", new Pb.LeaseTimeToLiveRequest { ID = keys.Lease(leases), Keys = random.Next(2) == 0 }))); break;
                case < 82: sequence.Add(MaybeAsJson(Call(Leases + "LeaseLeases", new Pb.LeaseLeasesRequest()))); break;
                case < 85: sequence.Add(new KeepAliveStep([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => keys.Lease(leases))])); break;
                case < 92: sequence.Add(Watch()); break;
                case < 96: sequence.Add(MaybeAsJson(Maintenance())); break;
                default: sequence.Add(MaybeAsJson(Cluster())); break;
            }
        }

        return sequence;
    }

    private IEnumerable<Step> Rare()
    {
        switch (random.Next(10))
        {
            case < 4:
                return [users.Users(leases)];
            case < 9:
                return [members.Learner()];
            default:
                CallStep[] large = [.. keys.Large()];
                var watch = WatchCreate();
                (watch.Fragment, watch.PrevKv) = (random.Next(4) != 0, true);
                return random.Next(2) == 0 ? [new WatchStep([watch], large)] : [.. large, new WatchStep([watch], [])];
        }
    }

    private CallStep MaybeAsJson(CallStep call) =>
        random.Next(6) == 0 && GatewayClient.Serves(call.Path) && call.Request.CalculateSize() < JsonBytesMax ? call with { ThroughGateway = true } : call;

    private CallStep Compaction() => Call(
        "/etcdserverpb.KV/Compact", new Pb.CompactionRequest { Revision = keys.Revision(), Physical = !(leavesData |= random.Next(4) != 0) });

    private IEnumerable<Step> Grant()
    {
        var id = random.Next(10) switch
        {
            < 2 => 0,
            < 8 => random.NextInt64(1, 8),
            8 => -random.NextInt64(1, 4),
            _ => long.MaxValue - random.Next(2),
        };
        var symbol = id == 0 ? Places.ChosenLease(chosenLeases++) : 0;
        var lasting = id == 0 ? symbol : id;

        // One that ends within the sequence would end at a moment that differs: it is taken back at once.
        var isShort = random.Next(6) == 0;
        var ttl = isShort ? random.NextInt64(-2, 4) : random.Next(12) == 0 ? 9_000_000_000 + random.Next(-1, 2) : random.NextInt64(600, 9000);
        yield return new CallStep(Leases + "LeaseGrant", new Pb.LeaseGrantRequest { ID = id, TTL = ttl }, symbol);
        if (isShort)
            yield return Call(Leases + "LeaseRevoke", new Pb.LeaseRevokeRequest { ID = lasting });
        else
            leases.Add(lasting);
    }

    private WatchStep Watch()
    {
        var creates = Enumerable.Range(0, random.Next(1, 4)).Select(_ => WatchCreate()).ToArray();

        // Of a watch that is over because its beginning was compacted nobody can tell how long it holds its id.
        if (creates.Select(create => create.WatchId).Where(id => id != 0) is var given && given.Distinct().Count() < given.Count())
        {
            foreach (var create in creates)
                create.StartRevision = 0;
        }

        var meanwhile = random.Next(2) == 0 ? [] : Enumerable.Range(0, random.Next(1, 4)).Select(_ => keys.Write(leases)).ToArray();
        return new WatchStep(creates, meanwhile) { AsksProgress = random.Next(3) == 0 };
    }

    private Pb.WatchCreateRequest WatchCreate()
    {
        // A watch of what is no key is refused, with ids of its own.
        var (key, end) = keys.Range();
        if (key.Length > LutraLimits.KeySizeBytesMax || end.Length > LutraLimits.KeySizeBytesMax)
            (key, end) = (ByteString.CopyFromUtf8("a"), ByteString.Empty);
        var create = new Pb.WatchCreateRequest
        {
            Key = key,
            RangeEnd = end,
            StartRevision = random.Next(8) == 0 ? -random.Next(3) : keys.Revision(),
            PrevKv = random.Next(2) == 0,
            ProgressNotify = random.Next(4) == 0,
            Fragment = random.Next(4) == 0,
            WatchId = random.Next(4) == 0 ? random.Next(-4, 4) * 2 : 0,
        };
        if (random.Next(5) == 0)
            create.Filters.Add((Pb.WatchCreateRequest.Types.FilterType)random.Next(2));
        return create;
    }

    private CallStep Maintenance()
    {
        const string service = "/etcdserverpb.Maintenance/";
        return random.Next(7) switch
        {
            0 => Call(service + "Status", new Pb.StatusRequest()),
            1 => Call(service + "Alarm", new Pb.AlarmRequest { Alarm = (Pb.AlarmType)random.Next(3) }),
            2 => Call(service + "Hash", new Pb.HashRequest()),
            3 => Call(service + "MoveLeader", new Pb.MoveLeaderRequest { TargetID = (ulong)random.NextInt64(3) }),
            4 => Call(service + "Defragment", new Pb.DefragmentRequest()),

            // The number of a lease goes into the hash, and in etcd, where nothing is alive, what a compaction in the background has not removed yet.
            _ when chosenLeases > 0 || leavesData => Call(service + "Status", new Pb.StatusRequest()),
            _ => Call(service + "HashKV", new Pb.HashKVRequest { Revision = keys.Revision() }),
        };
    }

    private CallStep Cluster()
    {
        const string service = "/etcdserverpb.Cluster/";
        string[] urls = random.Next(8) switch
        {
            0 => [],
            1 => ["localhost:7"],
            2 => ["ftp://localhost:7"],
            3 => ["http://localhost"],
            4 => ["http://localhost:7/path"],
            5 => ["not a url"],
            6 => [""],
            _ => ["http://localhost:7", "http://"],
        };
        var none = (ulong)random.NextInt64(1, 100);
        return random.Next(6) switch
        {
            0 => Call(service + "MemberAdd", new Pb.MemberAddRequest { PeerURLs = { urls }, IsLearner = random.Next(2) == 0 }),
            1 => Call(service + "MemberRemove", new Pb.MemberRemoveRequest { ID = none }),
            2 => Call(service + "MemberUpdate", new Pb.MemberUpdateRequest { ID = none, PeerURLs = { "http://localhost:7" } }),
            3 => Call(service + "MemberPromote", new Pb.MemberPromoteRequest { ID = none }),
            4 => Call("/etcdserverpb.Nothing/Nothing", new Pb.MemberListRequest()),
            _ => Call(service + "MemberList", new Pb.MemberListRequest { Linearizable = random.Next(2) == 0 }),
        };
    }

    private static CallStep Call(string path, IMessage request) => new(path, request);
}
