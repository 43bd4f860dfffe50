using Lutra.Simulation.Network;
using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Runs.Faults;

/// <summary>The network as it is on a bad day, all the time: delays with a long tail, waits for packets that are sent again, connections that break in the middle.</summary>
internal sealed class RoughNetworkFault(FaultSetting setting) : Fault(setting, Title)
{
    public const string Title = "rough-network";

    public override void Begin()
    {
        var mean = Random.LogUniform(TimeSpan.FromMilliseconds(0.1), TimeSpan.FromMilliseconds(100));
        Setting.Network.Faults = new NetworkFaults(
            mean * 0.2, mean * 1.8, Reset: Random.Next(2) * Random.LogUniform(0.0001, 0.01), Stall: Random.Next(2) * Random.LogUniform(0.001, 0.1),
            StallMax: TimeSpan.FromMilliseconds(Random.LogUniform(20, 500)), OddChunks: Random.Next(3) == 0,
            BytesPerMillisecond: Random.Next(4) == 0 ? (long)Random.LogUniform(50, 5000) : 0)
        {
            Tail = Random.Next(2) * 0.01,
        };
        Setting.Note(null, $"rough network: delay {mean.TotalMilliseconds:F1} ms");
    }
}
