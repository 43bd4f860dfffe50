using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Lutra.Server.Rest.Replies;
using Lutra.Server.Rest.Requests;

namespace Lutra.Server.Rest.Leases;

/// <summary>The lease that a <c>PUT</c> attaches its key to: <c>?lease=7</c>, or with <c>?ttl=30</c> one of its own.</summary>
internal static class LeaseOfPut
{
    public static async ValueTask<long> ReadAsync(RestCall call, QueryValues query, WriteOptions options)
    {
        if (!query.Has("ttl"))
            return query.Number("lease");
        if (query.Has("lease"))
            throw new RefusedException(Problem.Malformed("'ttl' grants a lease of the key's own, and 'lease' names another: give one of them."));
        var ttl = query.Number("ttl");
        if (ttl < 1)
            throw new RefusedException(Problem.Malformed("'ttl' is in seconds, from 1 up."));
        if (options.IdempotencyKey is not { } key)
            return (await call.Node.GrantLeaseAsync(ttl, cancellationToken: call.Aborted)).Lease;

        // A repeat is only the same request if it names the same lease.
        var lease = NumberOf(key);
        try
        {
            await call.Node.GrantLeaseAsync(ttl, lease, call.Aborted);
        }
        catch (LutraException known) when (known.Error == LutraError.LeaseExists)
        {
            // This is the repeat.
        }

        return lease;
    }

    // 52 bits: JSON readers that know no larger integers see it right.
    private static long NumberOf(string idempotencyKey) =>
        1 + (long)(BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(idempotencyKey))) >> 12);
}
