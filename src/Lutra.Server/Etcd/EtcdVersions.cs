namespace Lutra.Server.Etcd;

/// <summary>
/// The release of etcd whose API and semantics we follow: its clients decide by these numbers what they may ask, and read them as plain x.y.z. What Lutra itself
/// is stands elsewhere.
/// </summary>
public static class EtcdVersions
{
    public const string Server = "3.6.14";
    public const string Cluster = "3.6.0";
    public const string Storage = "3.6.0";
}
