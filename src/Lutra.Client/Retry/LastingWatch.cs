using System.Runtime.CompilerServices;
using Lutra.Client.Login;

namespace Lutra.Client.Retry;

/// <summary>
/// A watch that outlasts its servers: where one fails it goes on at the next, from the revision behind the last that was told. Until it has begun once it gives up
/// after the time that a call may take; from then on it never does, unless its client is disposed of.
/// </summary>
internal sealed class LastingWatch(IReadOnlyList<ILutraClient> endpoints, LutraClientOptions options, ClientLife life, LoginSession? session = null)
{
    public async IAsyncEnumerable<WatchBatch> FollowAsync(WatchOperation watch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, life.Ended);
        var started = options.Time.GetTimestamp();
        var hasBegun = false;
        var failures = 0;
        var hasLoggedInAgain = false;
        var turns = new EndpointTurns(endpoints.Count, first: 0);
        while (true)
        {
            if (life.HasEnded)
                throw ClientLife.Stopped();
            LutraException? failure = null;
            var login = session?.LoginAt(options.Endpoints[turns.Current]);
            await using var batches = endpoints[turns.Current].WatchAsync(watch, either.Token).GetAsyncEnumerator(either.Token);
            while (true)
            {
                try
                {
                    if (!await batches.MoveNextAsync())
                        break;
                }
                catch (Exception broken) when (life.Caused(broken, cancellationToken))
                {
                    throw ClientLife.Stopped(broken);
                }
                catch (LutraException over) when (session is not null && !hasLoggedInAgain && LoginSession.IsOver(over.Error))
                {
                    session.Forget(options.Endpoints[turns.Current], login);
                    hasLoggedInAgain = true;
                    failure = over;
                    break;
                }
                catch (LutraException refused) when (CanGoOn(refused.Error))
                {
                    failure = refused;
                    break;
                }

                // Where it went on after a failure, its beginning was told before.
                var isRepeated = hasBegun && batches.Current.Events.IsEmpty && batches.Current.Revision.Value < watch.From.Value;
                hasBegun = true;
                hasLoggedInAgain = false;
                failures = 0;
                watch = watch with { From = new Revision(batches.Current.Revision.Value + 1) };
                if (!isRepeated)
                    yield return batches.Current;
            }

            failures++;
            if (failure is null || !LoginSession.IsOver(failure.Error))
            {
                turns.Next(Endpoints.Find(options.Endpoints, failure?.Leader?.Address));
                hasLoggedInAgain = false;
            }

            if (failure is not null && !hasBegun && options.Time.GetElapsedTime(started) >= options.Timeout)
                throw failure;
            var error = failure?.Error ?? LutraError.Unavailable;
            var wait = options.Retry.Decide(CallSafety.Read, error, failures, endpoints.Count, options.Random.NextDouble());
            try
            {
                await Task.Delay(wait ?? options.Retry.BackoffMax, options.Time, either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Disposed of: seen at the next turn.
            }
        }
    }

    // Another server, or this one later, may do it.
    private static bool CanGoOn(LutraError error) => error is LutraError.Unavailable or LutraError.Overloaded or LutraError.Stopped or LutraError.OutcomeUnknown;
}
