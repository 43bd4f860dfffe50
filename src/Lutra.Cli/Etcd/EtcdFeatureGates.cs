using Lutra.Cli.Settings;

namespace Lutra.Cli.Etcd;

/// <summary><c>--feature-gates=A=true,B=false</c>: what each is here, whether asked for or not.</summary>
internal static class EtcdFeatureGates
{
    // Null: it makes no difference here.
    private static readonly Dictionary<string, bool?> Gates = new(StringComparer.Ordinal)
    {
        ["CompactHashCheck"] = false,
        ["InitialCorruptCheck"] = null,
        ["LeaseCheckpoint"] = true,
        ["LeaseCheckpointPersist"] = true,
        ["SetMemberLocalAddr"] = false,
        ["StopGRPCServiceOnDefrag"] = null,
        ["TxnModeWriteWithSharedBuffer"] = null,
        ["AllAlpha"] = false,
        ["AllBeta"] = false,
    };

    public static void Take(EtcdSettings settings, Setting given)
    {
        foreach (var gate in given.Text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = gate.Split('=');
            if (parts.Length != 2 || !bool.TryParse(parts[1], out var asked))
                settings.Refuse($"{given.Origin} has \"{gate}\", but must be a list of NAME=true or NAME=false.");
            else if (!Gates.TryGetValue(parts[0], out var here))
                settings.Refuse($"{given.Origin} has \"{parts[0]}\", which is no feature of etcd 3.6.");
            else if (here is { } always && always != asked)
                settings.Refuse($"{given.Origin} has \"{gate}\": here it is always {(always ? "true" : "false")}.");
        }
    }
}
