namespace Lutra.Server.Etcd.Watches;

/// <summary><c>etcdserverpb.Watch</c>: any number of watches on one stream.</summary>
internal static class WatchService
{
    public static IEnumerable<EtcdMethod> Methods =>
    [
        new StreamingMethod("/etcdserverpb.Watch/Watch", async (call, requests) =>
        {
            using var stream = new WatchStream(call);
            await stream.RunAsync(requests);
        }) { Need = CallerNeed.Keys },
    ];
}
