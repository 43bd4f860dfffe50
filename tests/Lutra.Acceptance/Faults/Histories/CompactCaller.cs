using Lutra.Client;

namespace Lutra.Acceptance.Faults.Histories;

/// <summary>Lets old revisions be forgotten now and then; never those that a watch may still want.</summary>
internal sealed class CompactCaller(IReadOnlyList<LutraClient> nodes, int number, int seed) : Caller(nodes, number, seed)
{
    private const long Kept = 20_000;
    private const long Step = 2_000;

    private long floor;

    protected override async Task ActAsync(LutraClient node)
    {
        if (await AskAsync(() => node.StatusAsync()) is not { } status || status.Revision.Value < floor + Kept + Step)
        {
            await Task.Delay(Random.Next(1000));
            return;
        }

        floor = status.Revision.Value - Kept;
        await AskAsync(() => node.CompactAsync(new Revision(floor)));
    }
}
