using Lutra.Raft;

namespace Lutra.Node.Loop;

/// <summary>Whose replica it is.</summary>
/// <param name="Origin">A random number of this process: names its proposals (pitfall C03), and numbers what it asks its leader.</param>
/// <param name="Initial">The configuration with which the cluster began.</param>
internal sealed record ReplicaIdentity(ClusterId Cluster, NodeId Node, ulong Origin, Configuration Initial);
