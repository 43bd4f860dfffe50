namespace Lutra.Raft.Tests.RandomWorlds;

/// <summary>How bad a world is: probabilities per step, or per message. Each seed draws its own; many faults are off in most of them.</summary>
internal sealed record Faults(
    double MessageLoss, double MessageDuplication, double MessageDelay, double LinkCut, double LinkMend, double Kill, double PowerCut,
    double Restart, double DiskStall, double ApplyStall, double Transfer, double MembershipChange, double LogCut, double SlowStreams)
{
    public static Faults Draw(Random random)
    {
        return new Faults(
            MessageLoss: Maybe(0.2), MessageDuplication: Maybe(0.2), MessageDelay: Maybe(0.8), LinkCut: Maybe(0.1), LinkMend: 0.1,
            Kill: Maybe(0.02), PowerCut: Maybe(0.02), Restart: 0.05 + Maybe(0.2), DiskStall: Maybe(0.1), ApplyStall: Maybe(0.1),
            Transfer: Maybe(0.05), MembershipChange: Maybe(0.1), LogCut: Maybe(0.1), SlowStreams: Maybe(0.9));

        double Maybe(double most) => random.NextDouble() < 0.4 ? 0 : random.NextDouble() * most;
    }
}
