using Lutra.Client;

namespace Lutra.Acceptance.Faults.Histories;

/// <summary>Follows everything from the first revision on, through whichever node is there.</summary>
internal sealed class WatchFollower(LutraClient client, int number, WatchBook book)
{
    private int revisions;
    private long upTo;

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await foreach (var batch in client.WatchAsync(new WatchOperation(KeyRange.All, new Revision(1)), stop))
            {
                book.Take($"watcher {number}", upTo, batch);
                revisions += batch.Events.Select(each => each.Current.ModRevision.Value).Distinct().Count();
                Volatile.Write(ref upTo, batch.Revision.Value);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The test ends.
        }
    }

    public long UpTo => Volatile.Read(ref upTo);

    public bool HasReached(long revision) => UpTo >= revision;

    public void Judge() => book.Judge(revisions, upTo);
}
