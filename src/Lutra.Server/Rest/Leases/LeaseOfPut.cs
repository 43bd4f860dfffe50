using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Lutra.Server.Rest.Replies;
using Lutra.Server.Rest.Requests;

namespace Lutra.Server.Rest.Leases;

/// <summary>The lease that a <c>PUT</c> attaches its key to: <c>?lease=7</c>, or with <c>?ttl=30</c> one of its own.</summary>
/// <param name="Number">0: none.</param>
/// <param name="IsNew">It was granted for this very request: taken back where the put is refused.</param>
internal readonly record struct LeaseOfPut(long Number, bool IsNew)
{
    /// <summary>Grants the lease where one is to be granted: called when nothing else about the request can be wrong by itself.</summary>
    public static async ValueTask<LeaseOfPut> ReadAsync(RestCall call, QueryValues query, WriteOptions options)
    {
        if (!query.Has("ttl"))
            return new(query.Number("lease"), IsNew: false);
        if (query.Has("lease"))
            throw new RefusedException(Problem.Malformed("'ttl' grants a lease of the key's own, and 'lease' names another: give one of them."));
        var ttl = query.Number("ttl");
        if (ttl < 1)
            throw new RefusedException(Problem.Malformed("'ttl' is in seconds, from 1 up."));
        if (options.IdempotencyKey is not { } key)
            return new((await call.Node.GrantLeaseAsync(ttl, cancellationToken: call.Aborted)).Lease, IsNew: true);

        // A repeat is only the same request if it names the same lease.
        var lease = NumberOf(key);
        try
        {
            await call.Node.GrantLeaseAsync(ttl, lease, call.Aborted);
            return new(lease, IsNew: true);
        }
        catch (LutraException known) when (known.Error == LutraError.LeaseExists)
        {
            // This is the repeat.
            return new(lease, IsNew: false);
        }
    }

    /// <summary>The put was certainly not done.</summary>
    public async ValueTask TakeBackAsync(ILutraClient node)
    {
        if (!IsNew)
            return;
        try
        {
            await node.RevokeLeaseAsync(Number, CancellationToken.None);
        }
        catch (LutraException)
        {
            // It ends by itself when its time is over.
        }
    }

    // 52 bits: JSON readers that know no larger integers see it right.
    private static long NumberOf(string idempotencyKey) =>
        1 + (long)(BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(idempotencyKey))) >> 12);
}
