using System.Globalization;
using System.Text;

namespace Lutra.Acceptance.Processes;

/// <summary>Writes 1, 2, 3 and so on to a key of its own, and remembers what was acknowledged.</summary>
internal sealed class CountingWriter(ILutraClient client, int number)
{
    private readonly HashSet<long> unknown = [];
    private long acknowledged;

    public long Acknowledged => Interlocked.Read(ref acknowledged);

    public async Task RunAsync(CancellationToken stop)
    {
        for (var next = 1L; !stop.IsCancellationRequested; next++)
        {
            try
            {
                await client.PutAsync($"writer/{number}", next.ToString(CultureInfo.InvariantCulture), cancellationToken: CancellationToken.None);
                Interlocked.Exchange(ref acknowledged, next);
            }
            catch (LutraException fault)
            {
                if (!fault.CertainlyNotDone)
                    unknown.Add(next);
            }
        }
    }

    /// <summary>The key holds the last acknowledged number, or one whose outcome nobody knew.</summary>
    public async Task CheckAsync(ILutraClient from, string when)
    {
        var found = await from.GetAsync($"writer/{number}");
        var read = found is null ? 0 : long.Parse(Encoding.UTF8.GetString(found.Value.Span), CultureInfo.InvariantCulture);
        Assert.True(read == Acknowledged || unknown.Contains(read), $"writer {number}: {Acknowledged} was acknowledged, {read} is read on {when}");
    }
}
