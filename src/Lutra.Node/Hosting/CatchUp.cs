using Lutra.Node.Loop;

namespace Lutra.Node.Hosting;

/// <summary>
/// Whether this node, since it was started, has once come to what its cluster agreed upon. Until then its tables show an earlier state than the one it showed before it was
/// stopped, with the users and rights of then: so callers from outside wait.
/// </summary>
internal sealed class CatchUp(NodeLoop loop, ReadDoor reads, NodeClock clock, LutraNodeOptions options)
{
    /// <summary>etcd waits for 5 seconds, and its election timeout is 1.</summary>
    private const int PatienceElections = 5;

    private readonly long patientUntilMillis = clock.NowMillis + (PatienceElections * options.ElectionTimeoutMillis);
    private volatile bool isDone;

    /// <summary>From now on nobody has to wait.</summary>
    public bool IsDone => isDone;

    /// <summary>
    /// Returns once it has. Where no leader is known for five election timeouts after the start, it returns as well, and a node without a majority shows what it has:
    /// unless its own log says that users were changed since, or it is alone and needs nobody. Then, and while there is a leader who does not answer, it throws <see cref="LutraException"/>: unavailable.
    /// </summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        while (!isDone && loop.Replica is { } replica)
        {
            var left = patientUntilMillis - clock.NowMillis;
            var mustKnow = replica.UsersAreBehind || replica.Keyspace.Configuration.Members.Length == 1 || replica.Standing is { LeaderMember: not 0, Role: not NodeRole.Learner };
            if (left <= 0 && !mustKnow)
                return;
            try
            {
                var confirmed = reads.UpToDate().AsTask();
                await (mustKnow ? confirmed.WaitAsync(cancellationToken) : confirmed.WaitAsync(TimeSpan.FromMilliseconds(left), cancellationToken));
                isDone = true;
            }
            catch (TimeoutException)
            {
                // Patience is over: the next turn says what that means.
            }
            catch (LutraException unconfirmed) when (unconfirmed.Error == LutraError.Unavailable && !mustKnow)
            {
            }
        }
    }

    /// <summary>As <see cref="WaitAsync"/>, for what only tells of the node: that is told at once, unless its own log says that users were changed.</summary>
    public ValueTask WaitForUsersAsync(CancellationToken cancellationToken) =>
        loop.Replica is { UsersAreBehind: true } ? WaitAsync(cancellationToken) : ValueTask.CompletedTask;
}
