using System.Diagnostics;
using Lutra.Protocol;

namespace Lutra.Server.Rest.Cluster;

/// <summary>What alarms are called, by REST and by etcd's clients.</summary>
internal static class AlarmWords
{
    public static string Of(AlarmKind kind) => kind switch
    {
        AlarmKind.NoSpace => AlarmNames.NoSpace,
        AlarmKind.Corrupt => AlarmNames.Corrupt,
        _ => throw new UnreachableException($"No name for alarm {kind}"),
    };
}
