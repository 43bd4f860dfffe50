using System.IO.Compression;
using System.Net;
using Google.Protobuf;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Tests.Etcd;

/// <summary>What carries the calls: status, deadlines, limits, compression, bytes that make no sense.</summary>
public sealed class GrpcTests(EtcdNode node) : IClassFixture<EtcdNode>
{
    private const string Range = "/etcdserverpb.KV/Range";
    private const string Put = "/etcdserverpb.KV/Put";

    private static readonly Pb.RangeRequest Look = new() { Key = EtcdNode.Bytes("a") };

    [Theory]
    [InlineData("/etcdserverpb.KV/RangeBackwards", "unknown method RangeBackwards for service etcdserverpb.KV")]
    [InlineData("/etcdserverpb.Nothing/Range", "unknown service etcdserverpb.Nothing")]
    [InlineData("/nothing", "malformed method name")]
    [InlineData("/", "malformed method name")]
    public async Task A_method_that_is_not_there_is_unimplemented(string path, string message)
    {
        var end = await node.Client.TryAsync(path, Look);
        Assert.Equal((HttpStatusCode.OK, 12, message), (end.Http, end.Status, end.Message));
    }

    [Fact]
    public async Task Many_calls_share_a_connection()
    {
        var name = node.Name();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(number => node.PutAsync($"{name}{number}", $"{number}")));
        Assert.Equal(200, (await node.RangeAsync(new() { Key = EtcdNode.Bytes(name), RangeEnd = EtcdNode.End(name), CountOnly = true })).Count);
    }

    [Theory]
    [InlineData("application/grpc+proto", HttpStatusCode.OK)]
    [InlineData("application/grpc+json", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/grpc-web", HttpStatusCode.UnsupportedMediaType)]
    public async Task Only_protobuf_is_spoken(string type, HttpStatusCode status) =>
        Assert.Equal(status, (await node.Client.TryAsync(Range, Look, ("content-type", type))).Http);

    [Fact]
    public async Task A_message_may_come_compressed()
    {
        var request = new Pb.PutRequest { Key = EtcdNode.Bytes(node.Name()), Value = EtcdNode.Bytes(new string('x', 100_000)) };
        var packed = Zip(request.ToByteArray());
        Assert.True(packed.Length < 10_000);
        var end = await node.Client.TryAsync(Put, GrpcClient.Frame(packed, isCompressed: true), ("grpc-encoding", "gzip"));
        Assert.Equal((0, ""), (end.Status, end.Message));
        Assert.Equal(request.Value, (await node.RangeAsync(new() { Key = request.Key })).Kvs[0].Value);
    }

    [Fact]
    public async Task A_small_message_that_unpacks_to_a_large_one_is_refused()
    {
        var end = await node.Client.TryAsync(Put, GrpcClient.Frame(Zip(new byte[50_000_000]), isCompressed: true), ("grpc-encoding", "gzip"));
        Assert.Equal(8, end.Status);
        Assert.StartsWith("grpc: received message larger than max (", end.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_unpacked_is_refused()
    {
        Assert.Equal(12, (await node.Client.TryAsync(Put, Look, ("grpc-encoding", "snappy"))).Status);
        Assert.Equal(13, (await node.Client.TryAsync(Put, GrpcClient.Frame([1, 2, 3], isCompressed: true), ("grpc-encoding", "gzip"))).Status);
        Assert.Equal(13, (await node.Client.TryAsync(Put, GrpcClient.Frame([1, 2, 3], isCompressed: true))).Status);
        Assert.Equal(13, (await node.Client.TryAsync(Put, GrpcClient.Frame([], isCompressed: true), ("grpc-encoding", "gzip"))).Status);
        var packed = Zip(new Pb.PutRequest { Key = EtcdNode.Bytes(node.Name()), Value = EtcdNode.Bytes(new string('x', 1000)) }.ToByteArray());
        Assert.Equal(13, (await node.Client.TryAsync(Put, GrpcClient.Frame(packed[..^9], isCompressed: true), ("grpc-encoding", "gzip"))).Status);
    }

    [Fact]
    public async Task A_message_within_a_message_that_announces_two_gigabytes_is_refused()
    {
        byte[] message = [0x1a, 0xff, 0xff, 0xff, 0xff, 7];
        using var stream = await node.Client.OpenAsync("/etcdserverpb.Watch/Watch");
        await stream.SendBytesAsync(GrpcClient.Frame(message));
        Assert.Null(await stream.ReadAsync<Pb.WatchResponse>());
        Assert.Equal(13, stream.End.Status);
        Assert.StartsWith("grpc: error unmarshalling request: proto: ", stream.End.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2_097_153, 8, "grpc: received message larger than max (2097153 vs. 2097152)")]
    [InlineData(2_097_152, 3, "etcdserver: request is too large")]
    [InlineData(1_572_865, 3, "etcdserver: request is too large")]
    [InlineData(1_572_864, 0, "")]
    public async Task A_message_has_a_largest_size_and_a_request_a_smaller_one(int bytes, int status, string message)
    {
        var request = new Pb.PutRequest { Key = EtcdNode.Bytes("large"), Value = ByteString.CopyFrom(new byte[bytes - 100]) };
        request.Value = ByteString.CopyFrom(new byte[bytes - 100 + (bytes - request.CalculateSize())]);
        Assert.Equal(bytes, request.CalculateSize());
        var end = await node.Client.TryAsync(Put, request);
        Assert.Equal((status, message), (end.Status, end.Message));
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0, 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 5, 1 })]
    [InlineData(new byte[] { 7, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 3, 10, 1, 97, 0, 0, 0, 0, 3, 10, 1, 97 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 1, 255 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 2, 10, 200 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 2, 8, 1 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 2, 3, 1 })]
    public async Task A_body_that_makes_no_sense_is_refused(byte[] body)
    {
        Assert.Equal(13, (await node.Client.TryAsync(Range, body)).Status);
        Assert.Equal(0, (await node.Client.TryAsync(Range, Look)).Status);
    }

    [Fact]
    public async Task Random_bytes_hurt_nobody()
    {
        var random = new Random(5);
        string[] paths = [.. new Server.Etcd.EtcdFace(() => null, new Server.Auth.Doorkeeper(new()), new(), false, default).Methods.Keys.Where(path => !path.Contains("Lock/Lock") && !path.Contains("Campaign") && !path.Contains("Observe"))];
        foreach (var path in paths)
        {
            for (var round = 0; round < 20; round++)
            {
                var message = new byte[random.Next(60)];
                random.NextBytes(message);
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
                var end = await node.Client.TryAsync(path, GrpcClient.Frame(message), ("grpc-timeout", "500m")).WaitAsync(limit.Token);
                Assert.True(end.Message != "internal error: the node's log says more", $"{path}: {Convert.ToHexString(message)}");
            }
        }
    }

    [Fact]
    public async Task A_deadline_that_has_passed_ends_a_call()
    {
        var name = node.Name();
        var held = await node.Client.CallAsync<Pb.LockResponse>("/v3lockpb.Lock/Lock", new Pb.LockRequest { Name = EtcdNode.Bytes(name) });
        var waiting = await node.Client.TryAsync("/v3lockpb.Lock/Lock", new Pb.LockRequest { Name = EtcdNode.Bytes(name) }, ("grpc-timeout", "50m"));
        Assert.Equal((4, "context deadline exceeded"), (waiting.Status, waiting.Message));
        Assert.Equal((4, "context deadline exceeded"), await EndAsync(("grpc-timeout", "1n")));
        Assert.Equal(0, (await EndAsync(("grpc-timeout", "99999999H"))).Status);
        Assert.Equal(0, (await EndAsync(("grpc-timeout", "10S"))).Status);
        foreach (var malformed in (string[])["10", "S", "-1S", "123456789S", "1x"])
            Assert.Equal(13, (await EndAsync(("grpc-timeout", malformed))).Status);
        await node.Client.CallAsync<Pb.UnlockResponse>("/v3lockpb.Lock/Unlock", new Pb.UnlockRequest { Key = held.Key });
    }

    [Theory]
    [InlineData("#initially=[http://localhost:2379]")]
    [InlineData("localhost:2379,localhost:2380")]
    [InlineData("/var/run/store.sock")]
    [InlineData("etcd-endpoints://0xc000123456/localhost:2379")]
    [InlineData("a name")]
    public async Task Any_authority_is_taken(string authority) =>
        Assert.Equal((0, ""), await EndAsync(("host", authority)));

    private async Task<(int Status, string Message)> EndAsync((string, string) header)
    {
        var end = await node.Client.TryAsync(Range, Look, header);
        return (end.Status, end.Message);
    }

    private static byte[] Zip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return packed.ToArray();
    }
}
