using Lutra.Cli.Output;

namespace Lutra.Cli.Shell;

/// <summary>Watches that go on behind the prompt and tell each change as it comes, until they are ended or the session is.</summary>
internal sealed class Watches(IShellOutput output)
{
    /// <summary>The most at once.</summary>
    public const int Most = 16;

    private readonly Lock gate = new();
    private readonly SortedDictionary<int, CancellationTokenSource> open = [];
    private int last;

    /// <summary>Returns once the watch has begun: every change from then on is told.</summary>
    public async Task BeginAsync(ILutraClient client, KeyRange range, CancellationToken cancellationToken)
    {
        int number;
        var stop = new CancellationTokenSource();
        lock (gate)
        {
            if (open.Count == Most)
                throw new LutraException(LutraError.Overloaded, $"There are {Most} watches already: end one with unwatch.");
            number = ++last;
            open.Add(number, stop);
        }

        var changes = client.WatchAsync(new WatchOperation(range), stop.Token).GetAsyncEnumerator(CancellationToken.None);
        try
        {
            await using var given = cancellationToken.Register(stop.Cancel);
            await changes.MoveNextAsync();
        }
        catch (Exception fault) when (fault is LutraException or OperationCanceledException)
        {
            End(number);
            await changes.DisposeAsync();
            throw;
        }

        output.Say($"Watch {number} has begun, after revision {changes.Current.Revision}; unwatch {number} ends it.");
        _ = TellAsync(number, changes);
    }

    /// <summary>Ends one watch; false where there is none of this number.</summary>
    public bool End(int number)
    {
        lock (gate)
        {
            if (!open.Remove(number, out var stop))
                return false;
            stop.Cancel();
            return true;
        }
    }

    /// <summary>Ends all; how many there were.</summary>
    public int EndAll()
    {
        lock (gate)
        {
            var count = open.Count;
            foreach (var stop in open.Values)
                stop.Cancel();
            open.Clear();
            return count;
        }
    }

    private async Task TellAsync(int number, IAsyncEnumerator<WatchBatch> changes)
    {
        try
        {
            do
            {
                foreach (var change in changes.Current.Events)
                {
                    var key = Answer.Text(change.Current.Key.Span);
                    output.Say(change.IsDelete
                        ? $"[{number}] {key} deleted (revision {change.Current.ModRevision})"
                        : $"[{number}] {key} = {Answer.Text(change.Current.Value.Span)} (revision {change.Current.ModRevision})");
                }
            }
            while (await changes.MoveNextAsync());
        }
        catch (OperationCanceledException)
        {
            // It was ended here.
        }
        catch (LutraException fault)
        {
            output.Complain($"Error: watch {number} has ended: {fault.Message}");
        }
        finally
        {
            End(number);
            await changes.DisposeAsync();
        }
    }
}
