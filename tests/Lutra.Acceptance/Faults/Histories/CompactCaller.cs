using Lutra.Client;

namespace Lutra.Acceptance.Faults.Histories;

/// <summary>Lets old revisions be forgotten now and then; never those that a watch may still want.</summary>
/// <param name="wanted">The first revision that a watch may still want: one at a node that hangs lags by as much as is written in a minute.</param>
internal sealed class CompactCaller(IReadOnlyList<LutraClient> nodes, int number, int seed, Func<long> wanted) : Caller(nodes, number, seed)
{
    private const long Kept = 20_000;
    private const long Step = 2_000;

    private long floor;

    protected override async Task ActAsync(LutraClient node)
    {
        if (await AskAsync(() => node.StatusAsync()) is not { } status || Math.Min(status.Revision.Value - Kept, wanted()) < floor + Step)
        {
            await Task.Delay(Random.Next(1000));
            return;
        }

        floor = Math.Min(status.Revision.Value - Kept, wanted());
        await AskAsync(() => node.CompactAsync(new Revision(floor)));
    }
}
