using Lutra.Node.Peers.Frames;
using Lutra.Simulation.Network;
using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Runs.Faults;

/// <summary>Messages of the consensus are lost, come twice, or come again much later, in another order.</summary>
internal sealed class LostMessagesFault(FaultSetting setting) : Fault(setting, Title)
{
    public const string Title = "lost-messages";

    // Half of the time one kind of message is lost, mostly or always, on its way to one node or to all.
    public override void Begin()
    {
        if (Random.Next(2) == 0)
            LoseOneKind();
        else
            LoseSome();
    }

    public override void Heal() => Setting.Network.Shuffler = null;

    private void LoseOneKind()
    {
        var kind = (FrameKind)Random.Next((int)FrameKind.PreVoteRequest, (int)FrameKind.HeartbeatReply + 1);
        var to = Random.Next(2) == 0 ? null : Setting.AnyNode(Random).Host;
        var loss = Random.LogUniform(0.1, 1);
        Setting.Network.Shuffler = new MessageShuffler(Random, loss, duplicate: 0, hold: 0, (each, host) => each == kind && (to is null || host == to));
        Setting.Note(null, $"messages: {loss:P1} of {kind} to {to ?? "all"} lost");
    }

    private void LoseSome()
    {
        var (loss, duplicate, hold) = (Random.Next(2) * Random.LogUniform(0.001, 0.3), Random.Next(2) * Random.LogUniform(0.001, 0.2), Random.LogUniform(0.005, 0.3));
        Setting.Network.Shuffler = new MessageShuffler(Random, loss, duplicate, hold);
        Setting.Note(null, $"messages: {loss:P1} lost, {duplicate:P1} twice, {hold:P1} again later");
    }
}
