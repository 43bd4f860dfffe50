namespace Lutra.Simulation.Runs.Faults;

/// <summary>Leadership is handed over, to anybody, at any time (pitfalls E16, E17).</summary>
internal sealed class HandOverFault(FaultSetting setting)
    : RecurringFault(setting, Title, TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(15))
{
    public const string Title = "hand-over";

    public override void Strike()
    {
        if (Setting.Cluster.Leader is not { IsPaused: false, Loop: { Replica: { } replica } loop } leader)
            return;
        var voters = replica.Raft.Configuration.Voters;
        var target = voters[Random.Next(voters.Count)];
        Setting.Note(leader, "is asked to hand leadership over");
        loop.Post(new Lutra.Node.Loop.ActionInput(_ => replica.Raft.TransferLeadership(target)));
    }
}
