using Lutra.Node.Loop;
using Lutra.Node.Members;

namespace Lutra.Node.Hosting;

/// <summary>Where changes of members that this process asks for enter the node.</summary>
internal sealed class MemberDoor(NodeLoop loop, NodeClock clock, LutraNodeOptions options)
{
    /// <summary>A change waits for others, for a leader and for two majorities, one after the other.</summary>
    private const int PatienceMillis = 30_000;

    private readonly Completions completions = new();

    public async ValueTask<MemberChangeResult> ChangeAsync(MemberChange change, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(change, cancellationToken);
        return new MemberChangeResult(answer.Member.ToString(), answer.Changed, StatusReport.ListOf(answer.Members, Cluster, answer.Leader));
    }

    public async ValueTask<string> MoveLeaderAsync(string? to, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(new MoveLeader(to), cancellationToken);
        return answer.Members.Members.FirstOrDefault(member => member.Node is not null && member.Node == answer.Leader)?.Label ?? "";
    }

    private string Cluster => loop.Membership.Begun!.Cluster.ToString();

    private async Task<MemberAnswer> AskAsync(MemberChange change, CancellationToken cancellationToken)
    {
        var asked = new AwaitedChange(completions)
        {
            Change = change,
            DeadlineMillis = clock.NowMillis + Math.Max(PatienceMillis, options.RequestTimeoutMillis),
        };
        loop.Post(asked);
        var answer = await asked.Answer.WaitAsync(cancellationToken);
        return answer.Error is { } error ? throw NodeRefusal.Of(loop, error, answer.Message ?? "") : answer;
    }

    private sealed class AwaitedChange(Completions completions) : ClientMemberChange, ICompletion
    {
        private readonly TaskCompletionSource<MemberAnswer> source = new();
        private MemberAnswer? answer;

        public Task<MemberAnswer> Answer => source.Task;

        public override void Answered(MemberAnswer answer)
        {
            this.answer = answer;
            completions.Add(this);
        }

        public void Run() => source.TrySetResult(answer!);
    }
}
