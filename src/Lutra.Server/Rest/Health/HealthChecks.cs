namespace Lutra.Server.Rest.Health;

/// <summary>The checks behind <c>/livez</c> and <c>/readyz</c>, under etcd's names.</summary>
internal sealed class HealthChecks
{
    // Any key does: what counts is that the node can look.
    private static readonly RangeOperation Look = new(KeyRange.Single("health"u8.ToArray()), Limit: 1, KeysOnly: true);

    private readonly ILutraClient node;
    private readonly RestFaceOptions options;

    public HealthChecks(ILutraClient node, RestFaceOptions options)
    {
        this.node = node;
        this.options = options;
        var serializable = new ReadinessCheck("serializable_read", stop => LookAsync(Consistency.Local, stop));
        Live = [serializable];
        Ready =
        [
            new ReadinessCheck("data_corruption", FindDamageAsync),
            serializable,
            new ReadinessCheck("linearizable_read", stop => LookAsync(Consistency.Linearizable, stop)),
            new ReadinessCheck("non_learner", FindLearnerAsync),
            .. options.ReadinessChecks,
        ];
    }

    public IReadOnlyList<ReadinessCheck> Live { get; }

    public IReadOnlyList<ReadinessCheck> Ready { get; }

    /// <summary>Runs one check within its time; what is wrong, or null.</summary>
    public async ValueTask<string?> RunAsync(ReadinessCheck check, CancellationToken aborted)
    {
        using var timeout = new CancellationTokenSource(options.HealthTimeout, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, aborted);
        try
        {
            // The check may not look at the token: the probe answers in time all the same.
            return await check.FindFault(either.Token).AsTask().WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return $"no answer within {options.HealthTimeout.TotalSeconds} seconds";
        }
        catch (LutraException refused)
        {
            return OneLine(refused.Message);
        }
    }

    public async ValueTask<string?> LookAsync(Consistency consistency, CancellationToken stop)
    {
        await node.RangeAsync(Look, new ReadOptions(consistency), stop);
        return null;
    }

    // A node that finds damage stops, or refuses to start: one that answers has found none. People may have.
    private async ValueTask<string?> FindDamageAsync(CancellationToken stop)
    {
        var status = await node.StatusAsync(stop);
        return status.Alarms.Any(alarm => alarm.Kind == AlarmKind.Corrupt) ? "alarm activated: CORRUPT" : null;
    }

    private async ValueTask<string?> FindLearnerAsync(CancellationToken stop)
    {
        var status = await node.StatusAsync(stop);
        return status.Role == NodeRole.Learner ? "this node is a learner: it has no vote yet" : null;
    }

    private static string OneLine(string message) => message.ReplaceLineEndings(" ");
}
