using System.Globalization;
using System.Text;
using Lutra.Client;

namespace Lutra.Acceptance.Faults.Histories;

/// <summary>
/// Writes 1, 2, 3 and so on to a key of its own, each under an idempotency key, so that the client tries again wherever an answer is lost. The version of a key counts its
/// writes: each was done exactly once (promise P6), and the last that was acknowledged, or one that came after it and of which nobody knows, is what is read.
/// </summary>
internal sealed class OnceWriter : IAsyncDisposable
{
    private readonly LutraClient client;
    private readonly string key;
    private long unknown;
    private long newest;

    /// <param name="endpoints">All nodes, the one that is asked first in front.</param>
    public OnceWriter(int number, IReadOnlyList<Uri> endpoints)
    {
        key = $"writer/{number}";
        client = new LutraClient(new LutraClientOptions
        {
            Endpoints = endpoints,
            Timeout = TimeSpan.FromSeconds(20),
            AttemptTimeout = TimeSpan.FromSeconds(3),
            AddIdempotencyKeys = true,
        });
    }

    public long Acknowledged { get; private set; }

    public async Task RunAsync(CancellationToken stop)
    {
        for (var next = 1L; !stop.IsCancellationRequested; next++)
        {
            try
            {
                await client.PutAsync(key, next.ToString(CultureInfo.InvariantCulture), cancellationToken: CancellationToken.None);
                Acknowledged++;
                newest = next;
            }
            catch (LutraException refused)
            {
                if (!refused.CertainlyNotDone)
                    unknown++;
            }
        }
    }

    public async Task CheckAsync(ILutraClient from, string when)
    {
        var found = await from.GetAsync(key);
        var read = found is null ? 0 : long.Parse(Encoding.UTF8.GetString(found.Value.Span), CultureInfo.InvariantCulture);
        Assert.True(read >= newest, $"{key}: {newest} was acknowledged, {read} is read {when}");
        var version = found?.Version ?? 0;
        Assert.True(
            version >= Acknowledged && version <= Acknowledged + unknown,
            $"{key}: {Acknowledged} writes were acknowledged and of {unknown} nobody knows, but {version} were done, {when}");
    }

    public ValueTask DisposeAsync() => client.DisposeAsync();
}
