namespace Lutra.Simulation.Workloads.Permissions;

/// <summary>
/// What a user may not do though it may use a key of its own: in each some part touches what is not its own, in a place where it would be easy to forget to ask (a
/// compare, the branch that is not taken, a transaction within, the end of a range, the other keys of a lease).
/// </summary>
internal static class Trespass
{
    /// <summary>Not theirs: the last of all, under a lease.</summary>
    public const long Lease = 3_000_000_000_001;

    public static byte[] Key { get; } = "permission/~"u8.ToArray();

    /// <summary>One that does no harm where users are not asked for: what would write stands in the branch that is not taken.</summary>
    /// <param name="own">The user's own key.</param>
    public static TransactionOperation Draw(Random random, byte[] own)
    {
        var (put, foreign) = (new PutOperation(own, "trespassed"u8.ToArray()), KeyRange.Single(Key));
        var never = new Compare(KeyRange.Single(own), CompareTarget.Version, CompareResult.Less);
        return random.Next(8) switch
        {
            0 => new([never, new Compare(foreign, CompareTarget.Version, CompareResult.Greater)], [put], []),
            1 => new([], [new RangeOperation(KeyRange.Single(own)), new RangeOperation(foreign)], []),
            2 => new([], [new RangeOperation(KeyRange.Single(own))], [new PutOperation(Key, put.Value)]),
            3 => new([], [new TransactionOperation([], [], [new DeleteOperation(foreign)])], []),
            4 => new([never], [new DeleteOperation(Beyond(own))], []),
            5 => new([], [new RangeOperation(Beyond(own), CountOnly: true)], []),
            _ => new([never], [put with { Lease = Lease }], []),
        };
    }

    /// <summary>From the own key on, beyond all that may be granted.</summary>
    public static KeyRange Beyond(byte[] own) => new(own, (byte[])[.. Key, 0]);
}
