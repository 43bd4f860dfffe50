namespace Lutra.Protocol;

/// <summary>In etcd's shape, so that its clients find what they look for, and our own version beside it.</summary>
/// <param name="Etcdserver">The etcd release whose API we follow.</param>
/// <param name="Etcdcluster">The same; "not_decided" while there is no cluster.</param>
public sealed record VersionReply(string Etcdserver, string Etcdcluster, string Storage, string Lutra);

/// <param name="Health">"true" or "false", as a string: etcd's shape.</param>
/// <param name="Reason">What is wrong; empty where nothing is.</param>
public sealed record HealthReply(string Health, string Reason);
