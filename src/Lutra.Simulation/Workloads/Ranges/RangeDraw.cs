using System.Collections.Immutable;

namespace Lutra.Simulation.Workloads.Ranges;

/// <summary>
/// Draws what to ask of the keys below a prefix: all that can be asked, most of it about what is there, and now and then what must be refused. The keys are awkward:
/// one begins with another, some end in bytes of nothing or of all ones, some are long.
/// </summary>
/// <param name="lease">The lease to put keys under; 0: none.</param>
internal sealed class RangeDraw(Random random, byte[] prefix, OwnKeys own, long lease)
{
    private const int Keys = 40;
    private const int DepthMax = 2;

    private static readonly CompareTarget[] targets = Enum.GetValues<CompareTarget>();
    private static readonly CompareResult[] results = Enum.GetValues<CompareResult>();
    private static readonly SortTarget[] sorts = Enum.GetValues<SortTarget>();

    // In their order. Beyond 96 bytes a key has no place in the applier's memory.
    private static readonly byte[][] endings = [[], [0], [.. "k"u8], [.. "k"u8, .. Enumerable.Repeat((byte)'l', 120)], [0xff, 0xff]];

    public PutOperation Put() => Put(random.Next(Keys));

    public DeleteOperation Delete() => new(Range(), Bit());

    public RangeOperation Read() => Read(isOfThePast: random.Next(3) == 0, isOfTheFuture: random.Next(40) == 0);

    public TransactionOperation Transaction() => Transaction(depth: 0, Shuffled(), withoutTwice: random.Next(10) > 0);

    // Each key has one use at most, unless the transaction is to be refused; nested ones take from the same keys.
    private TransactionOperation Transaction(int depth, Queue<int> unused, bool withoutTwice) => new(
        [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => Compare())],
        Branch(depth, unused, withoutTwice),
        Branch(depth, unused, withoutTwice));

    private ImmutableArray<Operation> Branch(int depth, Queue<int> unused, bool withoutTwice) =>
        [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Part(depth, unused, withoutTwice))];

    private Operation Part(int depth, Queue<int> unused, bool withoutTwice)
    {
        var key = withoutTwice && unused.TryDequeue(out var free) ? free : random.Next(Keys);
        return random.Next(8) switch
        {
            < 3 => Put(key),
            3 => new DeleteOperation(withoutTwice ? KeyRange.Single(KeyOf(key)) : Range(), Bit()),
            4 when depth < DepthMax => Transaction(depth + 1, unused, withoutTwice),
            _ => Read(isOfThePast: random.Next(6) == 0, isOfTheFuture: random.Next(80) == 0),
        };
    }

    private Queue<int> Shuffled()
    {
        var keys = Enumerable.Range(0, Keys).ToArray();
        random.Shuffle(keys);
        return new Queue<int>(keys);
    }

    private PutOperation Put(int key)
    {
        // What is not there keeps nothing, and is refused.
        var mayKeep = own.Now.ContainsKey(OwnKeys.Text(KeyOf(key))) || random.Next(8) == 0;
        var (keepsValue, keepsLease) = (mayKeep && random.Next(6) == 0, mayKeep && random.Next(6) == 0);
        var value = new byte[keepsValue ? 0 : random.Next(60)];
        random.NextBytes(value);
        var under = keepsLease || random.Next(3) > 0 ? 0 : random.Next(40) == 0 ? long.MaxValue : lease;
        return new PutOperation(KeyOf(key), value, under, Bit(), keepsValue, keepsLease);
    }

    private KeyRange Range()
    {
        var (one, other) = (random.Next(Keys), random.Next(Keys));
        return random.Next(6) switch
        {
            0 => KeyRange.Single(KeyOf(one)),
            1 => KeyRange.Prefix(prefix),
            2 => KeyRange.Prefix(KeyOf(one)),
            3 => new KeyRange(KeyOf(Math.Min(one, other)), KeyOf(Math.Max(one, other))),
            _ => new KeyRange(KeyOf(Math.Min(one, other)), KeyOf(Math.Max(one, other) + 1)),
        };
    }

    private RangeOperation Read(bool isOfThePast, bool isOfTheFuture) => new(
        Bit() ? KeyRange.Prefix(prefix) : Range(),
        Limit: random.Next(2) * random.Next(1, 10),
        Revision: isOfTheFuture ? OwnKeys.Future : isOfThePast ? Known() : default,
        Sort: sorts[random.Next(sorts.Length)],
        Descending: Bit(),
        KeysOnly: random.Next(3) == 0,
        CountOnly: random.Next(3) == 0,
        MinModRevision: random.Next(6) == 0 ? Known() : default,
        MaxModRevision: random.Next(6) == 0 ? Known() : default,
        MinCreateRevision: random.Next(8) == 0 ? Known() : default,
        MaxCreateRevision: random.Next(8) == 0 ? Known() : default);

    // About what is there, so that each result is likely.
    private Compare Compare()
    {
        var range = random.Next(4) == 0 ? Range() : KeyRange.Single(KeyOf(random.Next(Keys)));
        var target = targets[random.Next(targets.Length)];
        var like = own.Now.IsEmpty ? null : own.Now.Values.ElementAt(random.Next(own.Now.Count));
        if (like is not null && Bit())
            range = KeyRange.Single(like.Key);
        var there = target switch
        {
            CompareTarget.Version => like?.Version ?? 0,
            CompareTarget.CreateRevision => like?.CreateRevision.Value ?? 0,
            CompareTarget.ModRevision => like?.ModRevision.Value ?? 0,
            CompareTarget.Lease => like?.Lease ?? 0,
            _ => 0,
        };
        var result = results[random.Next(results.Length)];
        return target == CompareTarget.Value
            ? new Compare(range, target, result, Value: like?.Value ?? default)
            : new Compare(range, target, result, Math.Max(0, there + random.Next(-1, 2)));
    }

    private Revision Known() => own.Past is { Count: > 0 } past ? new Revision(past[random.Next(past.Count)]) : default;

    private byte[] KeyOf(int key) => [.. prefix, (byte)('a' + (key / endings.Length)), .. endings[key % endings.Length]];

    private bool Bit() => random.Next(2) == 0;
}
