using Lutra.Client.Login;

namespace Lutra.Client.Retry;

/// <summary>
/// Tries a call at one endpoint after another, as the policy says, within its time. A refusal may name the leader: then that one is next, if it is an endpoint of
/// this client's. Where it is none it is not asked: whoever refuses must not be able to send credentials elsewhere.
/// </summary>
internal sealed class CallLoop(IReadOnlyList<ILutraClient> endpoints, LutraClientOptions options, ClientLife life, LoginSession? session = null)
{
    private int preferred;

    public async ValueTask<T> RunAsync<T>(
        CallSafety safety, Func<ILutraClient, CancellationToken, ValueTask<T>> call, CancellationToken cancellationToken)
    {
        if (life.HasEnded)
            throw ClientLife.Stopped();
        cancellationToken.ThrowIfCancellationRequested();
        using var deadline = new CancellationTokenSource(options.Timeout, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken, life.Ended);
        var turns = new EndpointTurns(endpoints.Count, Volatile.Read(ref preferred));
        LutraException? unknown = null;
        var hasLoggedInAgain = false;
        for (var failures = 0; ;)
        {
            var index = turns.Current;
            var login = session?.LoginAt(options.Endpoints[index]);
            LutraException failure;
            try
            {
                var result = await AttemptAsync(safety, call, index, either.Token, cancellationToken);
                Volatile.Write(ref preferred, index);
                return result;
            }
            catch (LutraException refused)
            {
                failure = refused;
            }
            catch (OperationCanceledException)
            {
                // The caller waits no longer, and perhaps because this server hangs.
                turns.Next(null);
                PreferAnother(index, turns.Current);
                throw;
            }

            // Certainly not done: who logs in again may have better luck, once.
            if (session is not null && !hasLoggedInAgain && LoginSession.IsOver(failure.Error))
            {
                session.Forget(options.Endpoints[index], login);
                hasLoggedInAgain = true;
                continue;
            }

            failures++;
            turns.Next(Endpoints.Find(options.Endpoints, failure.Leader?.Address));
            hasLoggedInAgain = false;
            if (failure.Error is LutraError.Unavailable or LutraError.Stopped or LutraError.OutcomeUnknown)
                PreferAnother(index, turns.Current);
            if (failure.Error == LutraError.OutcomeUnknown)
                unknown = failure;
            var wait = options.Retry.Decide(safety, failure.Error, failures, endpoints.Count, options.Random.NextDouble());
            if (wait is null || life.HasEnded || !await WaitAsync(wait.Value, either.Token))
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw Final(safety, failure, unknown);
            }
        }
    }

    private async ValueTask<T> AttemptAsync<T>(
        CallSafety safety, Func<ILutraClient, CancellationToken, ValueTask<T>> call, int index, CancellationToken either, CancellationToken cancellationToken)
    {
        // A call that cannot be tried again gets all the time there is: giving up early would only make its outcome unknown.
        var time = safety == CallSafety.WriteOnce ? options.Timeout : options.AttemptTimeout;
        using var timeout = new CancellationTokenSource(time, options.Time);
        using var all = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, either);
        try
        {
            return await call(endpoints[index], all.Token);
        }
        catch (Exception broken) when (life.Caused(broken, cancellationToken))
        {
            throw safety == CallSafety.Read
                ? ClientLife.Stopped(broken)
                : new LutraException(LutraError.OutcomeUnknown, "This client was disposed of before the answer came: the write may or may not be done.", broken);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            var asked = Endpoints.Name(options.Endpoints[index]);
            throw safety == CallSafety.Read
                ? new LutraException(LutraError.Unavailable, $"No answer came from {asked} in time.", late)
                : new LutraException(LutraError.OutcomeUnknown, $"No answer came from {asked} in time: the write may or may not be done.", late);
        }
    }

    // The next call begins elsewhere, unless one that ran beside this has settled where already.
    private void PreferAnother(int than, int another) => Interlocked.CompareExchange(ref preferred, another, than);

    // False where the time is up.
    private async ValueTask<bool> WaitAsync(TimeSpan wait, CancellationToken either)
    {
        if (either.IsCancellationRequested)
            return false;
        if (wait == TimeSpan.Zero)
            return true;
        try
        {
            await Task.Delay(wait, options.Time, either);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    // A refusal says only of its own try that nothing was done. Where an earlier try of a write went out and was not answered, that one may still be done
    // (pitfall C02), whatever the last one says.
    private static LutraException Final(CallSafety safety, LutraException last, LutraException? unknown) =>
        safety == CallSafety.Read || unknown is null || last.Error == LutraError.OutcomeUnknown
            ? Again(last)
            : new LutraException(
                LutraError.OutcomeUnknown, $"The write may or may not be done: a try was not answered, and the last one was refused: {last.Message}", last)
            {
                Leader = last.Leader,
            };

    private static LutraException Again(LutraException failure) => new(failure.Error, failure.Message, failure) { Leader = failure.Leader };
}
