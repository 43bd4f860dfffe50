using Lutra.Simulation.Network;
using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Runs.Faults;

/// <summary>Messages of the consensus are lost, come twice, or come again much later, in another order.</summary>
internal sealed class LostMessagesFault(FaultSetting setting) : Fault(setting, Title)
{
    public const string Title = "lost-messages";

    public override void Begin()
    {
        var (loss, duplicate, hold) = (Random.Next(2) * Random.LogUniform(0.001, 0.3), Random.Next(2) * Random.LogUniform(0.001, 0.2), Random.LogUniform(0.005, 0.3));
        Setting.Network.Shuffler = new MessageShuffler(Random, loss, duplicate, hold);
        Setting.Note(null, $"messages: {loss:P1} lost, {duplicate:P1} twice, {hold:P1} again later");
    }

    public override void Heal() => Setting.Network.Shuffler = null;
}
