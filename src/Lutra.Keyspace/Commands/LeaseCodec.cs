using System.Collections.Immutable;

namespace Lutra.Keyspace.Commands;

/// <summary>The bytes of lease commands; varints. Drawn in <c>docs/formats.md</c>.</summary>
internal static class LeaseCodec
{
    // Two varints of at least a byte each.
    private const int RemainingBytesMin = 2;

    public static void Write(ByteWriter target, Command command)
    {
        switch (command)
        {
            case GrantLeaseCommand grant:
                target.Varint(grant.Lease);
                target.Varint(grant.TtlSeconds);
                break;
            case RevokeLeaseCommand revoke:
                target.Varint(revoke.Lease);
                target.Varint(revoke.Term ?? 0);
                break;
            case CheckpointLeasesCommand checkpoint:
                target.Varint(checkpoint.Term);
                target.Varint((ulong)checkpoint.Leases.Length);
                foreach (var (lease, seconds) in checkpoint.Leases)
                {
                    target.Varint(lease);
                    target.Varint(seconds);
                }

                break;
        }
    }

    public static Command Read(CommandKind kind, ref ByteReader source)
    {
        switch (kind)
        {
            case CommandKind.GrantLease:
                return new GrantLeaseCommand(source.VarintSigned(), source.VarintSigned());
            case CommandKind.RevokeLease:
                var lease = source.VarintSigned();
                var term = source.Varint();
                return new RevokeLeaseCommand(lease, term == 0 ? null : term);
            default:
                var of = source.Varint();
                var leases = ImmutableArray.CreateBuilder<LeaseRemaining>(source.Count(RemainingBytesMin));
                for (var left = leases.Capacity; left > 0; left--)
                    leases.Add(new LeaseRemaining(source.VarintSigned(), source.VarintSigned()));
                return new CheckpointLeasesCommand(of, leases.MoveToImmutable());
        }
    }
}
