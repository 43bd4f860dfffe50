using Lutra.Server.Etcd.Wire;

namespace Lutra.Server.Etcd;

/// <summary>A cluster's identity is 128 random bits here and 64 to etcd's clients: the halves together are as random, and never 0.</summary>
internal static class EtcdIds
{
    public static ulong ClusterOf(UInt128 cluster)
    {
        var folded = (ulong)(cluster >> 64) ^ (ulong)cluster;
        return folded == 0 ? 1 : folded;
    }

    public static ReplyHeader Header(NodeStanding standing, Revision revision) =>
        new(ClusterOf(standing.Cluster), standing.Member, revision.Value, standing.Term);
}
