using FsCheck;
using FsCheck.Fluent;
using Lutra.Keyspace.Commands;

namespace Lutra.Keyspace.Tests.Model;

/// <summary>
/// The product against the model over random commands. Each number draws one step, so that a failing run shrinks to few steps.
/// </summary>
public sealed class ModelTests
{
    [Fact]
    public void K05_every_answer_every_old_revision_and_every_restart_agrees_with_the_model() =>
        Prop.ForAll(Steps(), steps =>
        {
            using var run = new ModelComparison();
            foreach (var step in steps)
                run.Step(new Random(step));
            run.CompareEverything();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(150).WithEndSize(150));

    private static Arbitrary<int[]> Steps() =>
        Arb.From(Gen.Choose(0, int.MaxValue - 1).ArrayOf(), Shorter);

    private static IEnumerable<int[]> Shorter(int[] steps)
    {
        for (var piece = steps.Length / 2; piece > 0; piece /= 2)
        {
            for (var from = 0; from + piece <= steps.Length; from += piece)
                yield return [.. steps[..from], .. steps[(from + piece)..]];
        }
    }
}

/// <summary>One run: a keyspace, a second one that is fed the same log in other portions, and the model.</summary>
internal sealed class ModelComparison : IDisposable
{
    private readonly ModelKeyspace model = new();
    private readonly KeyspaceBed bed = new(KeyspaceBed.Small);
    private KeyspaceBed follower = new(seed: 2);

    public void Step(Random random)
    {
        switch (random.Next(30))
        {
            case 6:
                bed.Flush();
                break;
            case 7:
                bed.Scheduler.RunUntilIdle();
                break;
            case 8:
                bed.Restart(powerCut: random);
                break;
            case 9 when random.Next(4) == 0:
                CarryOver();
                break;
            case 0:
                bed.TimeMillis += random.Next(8) == 0 ? 25 * 3600 * 1000 : random.Next(-5_000, 4_000_000);
                break;
            case 1:
                bed.Restart();
                break;
            case 2:
                follower.Follow(bed, () => random.Next(3) == 0);
                Assert.Equal(bed.Hash(), follower.Hash());
                break;
            case 3 or 4 or 5:
                var range = new CommandDraw(random).Range();
                Assert.Equal(model.Read(range), Read(range));
                break;
            default:
                Command(new CommandDraw(random));
                break;
        }
    }

    public void CompareEverything()
    {
        for (var revision = Math.Max(1, model.Floor - 1); revision <= model.Revision + 1; revision++)
        {
            var all = new RangeOperation(KeyRange.All, Revision: new Revision(revision));
            Assert.Equal(model.Read(all), Read(all));
        }

        Assert.Equal(ModelChanges(), Changes());
        Assert.Equal(ModelEvents(), Events());
        using var view = bed.Store.Pin();
        Assert.Equal(model.Leases.Values, view.Leases(after: 0, countMax: 100));
        foreach (var lease in new long[] { 7, 8, 9 })
        {
            Assert.Equal(model.Leases.TryGetValue(lease, out var granted) ? granted : null, view.Lease(lease));
            Assert.Equal(
                model.At(model.Revision).Where(pair => pair.Value.Lease == lease).Select(pair => pair.Key), view.KeysOfLease(lease).Select(key => Text.From(key)));
        }

        foreach (var timeMillis in new[] { model.TimeMillis, model.TimeMillis + 50_000, model.TimeMillis + 200_000 })
        {
            Assert.Equal(
                model.Sessions.Where(pair => pair.Value.EndedAt is null && timeMillis - pair.Value.LastUsedMillis > pair.Value.TtlMillis)
                    .Select(pair => new ExpiredSession(pair.Key, pair.Value.LastUsedMillis)),
                view.ExpiredSessions(timeMillis, countMax: 100));
        }
    }

    public void Dispose()
    {
        bed.Dispose();
        follower.Dispose();
    }

    // A new follower gets the state by files.
    private void CarryOver()
    {
        follower.Dispose();
        follower = new KeyspaceBed(KeyspaceBed.Small, seed: 3);
        follower.Install(bed);
        follower.Follow(bed, () => true);
        Assert.Equal(bed.Hash(), follower.Hash());
    }

    private void Command(CommandDraw draw)
    {
        var (session, sequence, key) = draw.Envelope();
        var command = draw.Command();
        if (command is not (WriteCommand or CompactCommand))
            (session, sequence, key) = (0, 0, null);
        var applied = bed.Do(command, session, sequence, key);
        Assert.Equal(
            model.Apply(new CommandEnvelope(applied.Proposal, bed.TimeMillis, session, sequence, key), command), AnswerText.Of(applied));
        Assert.Equal(model.Revision, bed.Store.Revision.Value);
        Assert.Equal(Math.Max(0, model.Floor), bed.Store.CompactRevision.Value);
        Assert.Equal(model.TimeMillis, bed.Store.LogTimeMillis);
        var open = model.Sessions.Values.Count(one => one.EndedAt is null);
        Assert.Equal((model.At(model.Revision).Count, model.Leases.Count, open), bed.Store.Counts);
    }

    private string Read(RangeOperation range)
    {
        try
        {
            return AnswerText.Of(bed.Range(range));
        }
        catch (LutraException exception)
        {
            return AnswerText.Of(exception.Error);
        }
    }

    // The thin index must name every change of every revision that can be watched, in the order of its sub revisions.
    private string Changes()
    {
        List<string> changes = [];
        using var view = bed.Tables.Pin();
        using var cursor = view.OpenCursor();
        for (var found = cursor.Seek([TableKeys.Revisions], ulong.MaxValue); found; found = cursor.Next())
        {
            if ((long)cursor.Version >= model.Floor)
                changes.Add($"{cursor.Version} {Text.From(cursor.Value)}");
        }

        // Two changes of one revision are told apart by their keys; the model knows the order of keys only.
        changes.Sort(StringComparer.Ordinal);
        return string.Join('\n', changes);
    }

    // What a watch is told, from the floor on.
    private string Events()
    {
        List<string> events = [];
        using var view = bed.Store.Pin();
        using var changes = view.ChangesFrom(new Revision(Math.Max(1, model.Floor)));
        for (; changes.Revision.Value > 0; changes.Next())
        {
            var change = changes.Read(withPrevious: true);
            events.Add($"{change.Current.ModRevision} {(change.IsDelete ? "-" + Text.From(change.Current.Key) : "+" + Text.Of(change.Current))} was {Text.Of(change.Previous)}");
        }

        events.Sort(StringComparer.Ordinal);
        return string.Join('\n', events);
    }

    private string ModelEvents()
    {
        List<string> events = [];
        for (var revision = Math.Max(2, model.Floor); revision <= model.Revision; revision++)
        {
            var (before, after) = (model.At(revision - 1), model.At(revision));
            foreach (var key in before.Keys.Union(after.Keys))
            {
                var (old, now) = (before.GetValueOrDefault(key), after.GetValueOrDefault(key));
                if (ReferenceEquals(old, now))
                    continue;
                var previous = old is not null && revision > model.Floor ? ModelRange.ToKeyValue(key, old) : null;
                events.Add($"{revision} {(now is null ? "-" + key : "+" + Text.Of(ModelRange.ToKeyValue(key, now)))} was {Text.Of(previous)}");
            }
        }

        events.Sort(StringComparer.Ordinal);
        return string.Join('\n', events);
    }

    private string ModelChanges()
    {
        List<string> changes = [];
        for (var revision = Math.Max(2, model.Floor); revision <= model.Revision; revision++)
        {
            var (before, after) = (model.At(revision - 1), model.At(revision));
            changes.AddRange(before.Keys.Union(after.Keys)
                .Where(key => !before.TryGetValue(key, out var old) || !after.TryGetValue(key, out var now) || !ReferenceEquals(old, now))
                .Select(key => $"{revision} {key}"));
        }

        changes.Sort(StringComparer.Ordinal);
        return string.Join('\n', changes);
    }
}
