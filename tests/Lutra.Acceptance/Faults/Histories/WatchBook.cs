using System.Text;

namespace Lutra.Acceptance.Faults.Histories;

/// <summary>What watches were told of each revision: the same to all, once, in order and whole (promise P4).</summary>
internal sealed class WatchBook
{
    private readonly Lock gate = new();
    private readonly Dictionary<long, string> told = [];

    public void Take(string watcher, long before, WatchBatch batch)
    {
        var last = before;
        foreach (var revision in batch.Events.GroupBy(each => each.Current.ModRevision.Value))
        {
            Assert.True(revision.Key > last && revision.Key <= batch.Revision.Value, $"{watcher} was told of {revision.Key} after {last}, in a batch up to {batch.Revision}");
            last = revision.Key;
            var events = string.Join(';', revision.Select(each => $"{(each.IsDelete ? '-' : '+')}{Text(each.Current.Key)}={Text(each.Current.Value)}"));
            lock (gate)
            {
                if (!told.TryAdd(revision.Key, events))
                    Assert.Equal(told[revision.Key], events);
            }
        }
    }

    /// <summary>A watcher that came to the end knows every revision that anybody was told of.</summary>
    public void Judge(int revisionsOfWatcher, long upTo)
    {
        lock (gate)
            Assert.Equal(told.Keys.Count(revision => revision <= upTo), revisionsOfWatcher);
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
