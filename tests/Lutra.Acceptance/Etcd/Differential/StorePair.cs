using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Acceptance.Etcd.Differential;

/// <summary>etcd and Lutra, asked the same, one step after the other.</summary>
internal sealed class StorePair(string etcd, string lutra) : IDisposable
{
    private const int Before = 20;
    private const string InvalidToken = "etcdserver: invalid auth token";

    private readonly StoreSide theirs = new(etcd);
    private readonly StoreSide ours = new(lutra);
    private long floor;

    // What they hold from here on is not the same, and it is meant.
    private bool hasParted;

    /// <summary>How many requests each of them was sent in sequences.</summary>
    public int Asked { get; private set; }

    /// <summary>The first step at which they differ, with both answers; null: none.</summary>
    public async Task<Disagreement?> RunAsync(IReadOnlyList<Step> sequence)
    {
        hasParted = false;
        await BeginAsync();
        using var history = await History.OpenAsync(theirs);
        using var ourHistory = await History.OpenAsync(ours);
        for (var at = 0; at < sequence.Count; at++)
        {
            var (their, our) = await AskedAsync(sequence, at, history);
            Asked += sequence[at].Requests;
            await Task.WhenAll(history.ReadToAsync(theirs.Revision), ourHistory.ReadToAsync(ours.Revision));
            if (hasParted)
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
                if (IsParting(call, answers.Theirs, answers.Ours))
                    return answers;
                NoteFloor(call, answers.Theirs);
                return answers;
            case KeepAliveStep keep:
                return await BothAsync(side => side.AskAsync(keep));
            case WatchStep watch:
                return await WatchAsync(watch, history);
            case PassingStep passing:
                return await PassAsync(passing);
            default:
                throw new System.Diagnostics.UnreachableException($"No way to ask {step}");
        }
    }

    private bool IsParting(CallStep call, Answer their, Answer our) => hasParted |= VersionDifferences.PartWays(call, their, our);

    private void NoteFloor(CallStep call, Answer answer)
    {
        if (call.Request is Pb.CompactionRequest compaction && answer.Code == 0)
            floor = theirs.Resolve(compaction).Revision;
    }

    // The first of its calls at which they differ.
    private async Task<(Answer Theirs, Answer Ours)> PassAsync(PassingStep step)
    {
        var answers = (Theirs: Same, Ours: Same);
        foreach (var call in step.Calls)
        {
            answers = await BothAsync(side => side.AskAsync(call));
            if (IsParting(call, answers.Theirs, answers.Ours) || VersionDifferences.Between(call, answers.Theirs, answers.Ours) is not null)
                break;
            NoteFloor(call, answers.Theirs);

            // One of them may not have looked at the token.
            if (call.Caller is { } caller && (answers.Theirs.Text == InvalidToken || answers.Ours.Text == InvalidToken))
            {
                theirs.Forget(caller);
                ours.Forget(caller);
            }

            answers = (Same, Same);
        }

        await Task.WhenAll(theirs.EndPassingAsync(), ours.EndPassingAsync());
        return answers;
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
            if (IsParting(call, said, saidHere))
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

        var asksProgress = step.AsksProgress && step.Creates.All(create => !VersionDifferences.SaysNoProgress(theirs.Resolve(create), theirs.Revision));
        var readings = await Task.WhenAll(their.ToTheEndAsync(expected, floor, asksProgress), our.ToTheEndAsync(expected, floor, asksProgress));
        return (readings[0], readings[1]);
    }

    private static Answer Same => new(0, "", []);

    private static Answer Ids(long[] ids) => new(0, $"watches {string.Join(", ", ids)}", []);

    private async Task<(Answer Theirs, Answer Ours)> BothAsync(Func<StoreSide, Task<Answer>> ask)
    {
        var (their, our) = (ask(theirs), ask(ours));
        try
        {
            return (await their, await our);
        }
        catch (Exception silent) when (silent is HttpRequestException or OperationCanceledException)
        {
            throw new HttpRequestException($"{(their.IsCompletedSuccessfully ? "Lutra" : "etcd")} gave no answer: {silent.Message}", silent);
        }
    }

    private static Answer Told(StoreSide side, History history) => new(0, "", [side.Symbols(new Pb.WatchResponse { Events = { history.Events } })]);
}

/// <summary>Where two stores differ.</summary>
internal sealed record Disagreement(int Step, Answer Theirs, Answer Ours);
