namespace Lutra;

/// <summary>What programs that share a store agree by it, on any client: of servers elsewhere, or of the replica in this process.</summary>
public static class CoordinationExtensions
{
    extension(ILutraClient client)
    {
        /// <summary>Locks by name.</summary>
        public LutraLocks Locks => new(client);

        /// <summary>Elections by name.</summary>
        public LutraElections Elections => new(client);

        /// <summary>A lease that is kept alive until it is disposed of.</summary>
        public ValueTask<HeldLease> HoldLeaseAsync(HoldOptions? options = null, CancellationToken cancellationToken = default) =>
            HeldLease.GrantAsync(client, options, cancellationToken);
    }
}
