using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Client.Grpc;

/// <summary>
/// Puts together what comes in parts: a batch is whole revisions, and tells nothing twice. Of a response that is parted the last revision is held back until its
/// end is there, and no more than that one revision.
/// </summary>
/// <param name="begun">Everything up to here is known.</param>
internal sealed class WatchParts(Revision begun)
{
    private readonly List<WatchEvent> held = [];
    private long told = begun.Value;

    /// <summary>What can be told now; null: nothing yet. Throws <see cref="FormatException"/> for what makes no sense.</summary>
    public WatchBatch? Take(Pb.WatchResponse response)
    {
        if (response.Events.Count == 0 && !response.Fragment)
        {
            // Nothing happened up to there. Whoever is behind (a watch from a later revision) is told nothing.
            var progress = EtcdReplies.RevisionOf(response.Header);
            if (progress.Value < told || held.Count > 0)
                return null;
            told = progress.Value;
            return new WatchBatch(progress, []);
        }

        foreach (var message in response.Events)
        {
            var change = EtcdReplies.ToEvent(message);
            var revision = change.Current.ModRevision.Value;
            if (held.Count > 0 && revision < held[^1].Current.ModRevision.Value)
                throw new FormatException("Changes came out of their order.");
            if (revision > told)
                held.Add(change);
        }

        var whole = held.Count;
        if (response.Fragment)
        {
            while (whole > 0 && held[whole - 1].Current.ModRevision == held[^1].Current.ModRevision)
                whole--;
        }

        if (whole == 0)
            return null;
        var batch = new WatchBatch(held[whole - 1].Current.ModRevision, [.. held.Take(whole)]);
        held.RemoveRange(0, whole);
        told = batch.Revision.Value;
        return batch;
    }
}
