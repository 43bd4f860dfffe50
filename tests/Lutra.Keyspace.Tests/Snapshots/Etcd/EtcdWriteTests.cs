using System.Security.Cryptography;

namespace Lutra.Keyspace.Tests.Snapshots.Etcd;

public sealed class EtcdWriteTests
{
    /// <summary>A file of which it was seen that etcd 3.4 and 3.5 take it.</summary>
    [Fact]
    public void The_bytes_of_a_snapshot_in_etcds_form_are_fixed()
    {
        using var bed = new KeyspaceBed();
        bed.Put("a", "1");
        var bytes = EtcdBed.Save(bed);
        Assert.Equal(12_288 + 32, bytes.Length);
        Assert.Equal("FDADAA1F8DFE90D368155E764EBD735060731B715214B60443296EEE0065791E", Convert.ToHexString(bytes.AsSpan(^32..)));
        Assert.Equal(SHA256.HashData(bytes.AsSpan(..^32)), bytes.AsSpan(^32..).ToArray());
    }
}
