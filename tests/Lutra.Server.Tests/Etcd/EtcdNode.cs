using System.Text;
using Google.Protobuf;
using Lutra.Server.Etcd;
using Lutra.Server.Tests.Support;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Tests.Etcd;

/// <summary>A real node behind a real server, and a client of etcd's API.</summary>
public sealed class EtcdNode : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("lutra-etcd-tests-").FullName;
    private ServedNode? served;
    private GrpcClient? client;
    private int names;

    internal static TimeSpan ProgressInterval => TimeSpan.FromMilliseconds(100);

    internal ServedNode Served => served!;

    internal GrpcClient Client => client!;

    internal LutraNode Node => Served.Node;

    public async ValueTask InitializeAsync()
    {
        served = await ServedNode.ListenAsync(etcd: new EtcdFaceOptions { WatchProgressInterval = ProgressInterval });
        await served.StartAsync(folder);
        await served.Node.WaitUntilReadyAsync();
        client = new GrpcClient(served.Address);
    }

    public async ValueTask DisposeAsync()
    {
        client?.Dispose();
        if (served is not null)
            await served.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>A name that no other test uses, with a slash at its end.</summary>
    internal string Name() => $"test{Interlocked.Increment(ref names)}/";

    internal Task<Pb.PutResponse> PutAsync(string key, string value, long lease = 0) =>
        Client.CallAsync<Pb.PutResponse>("/etcdserverpb.KV/Put", new Pb.PutRequest { Key = Bytes(key), Value = Bytes(value), Lease = lease });

    internal Task<Pb.DeleteRangeResponse> DeleteAsync(string key) =>
        Client.CallAsync<Pb.DeleteRangeResponse>("/etcdserverpb.KV/DeleteRange", new Pb.DeleteRangeRequest { Key = Bytes(key) });

    internal Task<Pb.RangeResponse> RangeAsync(Pb.RangeRequest request) => Client.CallAsync<Pb.RangeResponse>("/etcdserverpb.KV/Range", request);

    internal async Task RefusedAsync(string path, IMessage request, int status, string message)
    {
        var end = await Client.TryAsync(path, request);
        Assert.Equal((status, message), (end.Status, end.Message));
    }

    internal static ByteString Bytes(string text) => ByteString.CopyFrom(text, Encoding.UTF8);

    /// <summary>The end of the range of all keys with a prefix that ends with a slash.</summary>
    internal static ByteString End(string prefix) => Bytes(prefix[..^1] + (char)('/' + 1));
}
