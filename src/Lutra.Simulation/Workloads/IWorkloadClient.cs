using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Workloads;

/// <summary>A client that works, and judges what it sees, by itself; <see cref="IWorkload"/> says what each member means.</summary>
internal interface IWorkloadClient
{
    bool IsQuiet { get; }

    long Done { get; }

    long Unknown { get; }

    void Begin();

    void Stop();

    void ReadBack(IReadOnlyList<SimulatedNode> nodes);
}
