using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Acceptance.Etcd.Differential;

/// <summary>etcd and Lutra, asked the same, one step after the other.</summary>
internal sealed class StorePair(string etcd, string lutra) : IDisposable
{
    private const int Before = 20;

    private readonly StoreSide theirs = new(etcd);
    private readonly StoreSide ours = new(lutra);
    private long floor;

    /// <summary>The first step at which they differ, with both answers; null: none.</summary>
    public async Task<Disagreement?> RunAsync(IReadOnlyList<Step> sequence)
    {
        await BeginAsync();
        using var history = await History.OpenAsync(theirs);
        using var ourHistory = await History.OpenAsync(ours);
        for (var at = 0; at < sequence.Count; at++)
        {
            var (their, our) = await AskedAsync(sequence, at, history);
            await Task.WhenAll(history.ReadToAsync(theirs.Revision), ourHistory.ReadToAsync(ours.Revision));
            if (VersionDifferences.PartWays(sequence[at], their, our))
                return null;
            if (VersionDifferences.Between(sequence[at], their, our) is { } difference)
                return new Disagreement(at, difference.Theirs, difference.Ours);
        }

        var (told, toldHere) = (Told(theirs, history), Told(ours, ourHistory));
        return told == toldHere ? null : new Disagreement(sequence.Count, told, toldHere);
    }

    public void Dispose()
    {
        theirs.Dispose();
        ours.Dispose();
    }

    private async Task BeginAsync()
    {
        await Task.WhenAll(theirs.ClearAsync(), ours.ClearAsync());
        if (theirs.Revision != ours.Revision)
        {
            // Only after a disagreement: the one that is behind catches up, at least two revisions.
            var (ahead, behind) = theirs.Revision > ours.Revision ? (theirs, ours) : (ours, theirs);
            await ahead.SpendAsync(2);
            await behind.SpendAsync(ahead.Revision + 2 - behind.Revision);
            await Task.WhenAll(theirs.ClearAsync(), ours.ClearAsync());
        }

        // So that a little before the beginning is no negative revision.
        if (theirs.Revision < Before)
        {
            await Task.WhenAll(theirs.SpendAsync(Before), ours.SpendAsync(Before));
            await Task.WhenAll(theirs.ClearAsync(), ours.ClearAsync());
        }

        floor = theirs.Revision;
        await Task.WhenAll(theirs.BeginAsync(floor), ours.BeginAsync(floor));
    }

    private async Task<(Answer Theirs, Answer Ours)> AskedAsync(IReadOnlyList<Step> sequence, int at, History history)
    {
        try
        {
            return await AskAsync(sequence[at], history);
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            throw new InvalidOperationException(
                $"A store did not answer step {at + 1} ({failure.Message}), after:\n{string.Join('\n', sequence.Take(at + 1).TakeLast(5))}", failure);
        }
    }

    private async Task<(Answer Theirs, Answer Ours)> AskAsync(Step step, History history)
    {
        switch (step)
        {
            case CallStep call:
                var answers = await BothAsync(side => side.AskAsync(call));
                if (call.Request is Pb.CompactionRequest compaction && answers.Theirs.Code == 0)
                    floor = theirs.Resolve(compaction).Revision;
                return answers;
            case KeepAliveStep keep:
                return await BothAsync(side => side.AskAsync(keep));
            case WatchStep watch:
                return await WatchAsync(watch, history);
            default:
                throw new System.Diagnostics.UnreachableException($"No way to ask {step}");
        }
    }

    private async Task<(Answer Theirs, Answer Ours)> WatchAsync(WatchStep step, History history)
    {
        using var theirStream = theirs.Client.OpenAtOnce("/etcdserverpb.Watch/Watch");
        using var ourStream = ours.Client.OpenAtOnce("/etcdserverpb.Watch/Watch");
        var (their, our) = (new WatchReading(theirs, theirStream), new WatchReading(ours, ourStream));
        var since = theirs.Revision + 1;
        var ids = await their.CreateAsync(step.Creates);
        var ourIds = await our.CreateAsync(step.Creates);
        if (!ids.SequenceEqual(ourIds))
            return (Ids(ids), Ids(ourIds));
        foreach (var call in step.Meanwhile)
        {
            var (said, saidHere) = await BothAsync(side => side.AskAsync(call));
            if (VersionDifferences.PartWays(call, said, saidHere))
                return (said, saidHere);
            if (VersionDifferences.Between(call, said, saidHere) is { } difference)
                return difference;
        }

        await history.ReadToAsync(theirs.Revision);
        var expected = new Dictionary<long, int>();
        foreach (var (create, id) in step.Creates.Zip(ids))
        {
            // Every watch of what was compacted is cancelled, sooner or later.
            var resolved = theirs.Resolve(create);
            expected[id] = resolved.StartRevision > 0 && resolved.StartRevision < floor
                ? int.MaxValue
                : history.Count(resolved, since, one => !VersionDifferences.IsDeleteAt(floor, one));
        }

        var readings = await Task.WhenAll(their.ToTheEndAsync(expected, floor), our.ToTheEndAsync(expected, floor));
        return (readings[0], readings[1]);
    }

    private static Answer Ids(long[] ids) => new(0, $"watches {string.Join(", ", ids)}", []);

    private async Task<(Answer Theirs, Answer Ours)> BothAsync(Func<StoreSide, Task<Answer>> ask)
    {
        var answers = await Task.WhenAll(ask(theirs), ask(ours));
        return (answers[0], answers[1]);
    }

    private static Answer Told(StoreSide side, History history) => new(0, "", [side.Symbols(new Pb.WatchResponse { Events = { history.Events } })]);
}

/// <summary>Where two stores differ.</summary>
internal sealed record Disagreement(int Step, Answer Theirs, Answer Ours);
