using System.CommandLine;

namespace Lutra.Cli.Leases;

/// <summary>The commands about leases.</summary>
internal static class LeaseCommand
{
    public static Command Create() => new("lease", "Leases: keys that are put with one are deleted when it ends")
    {
        new LeaseGrantCommand(),
        new LeaseKeepAliveCommand(),
        new LeaseRevokeCommand(),
        new LeaseGetCommand(),
        new LeaseListCommand(),
    };

    public static Argument<long> LeaseArgument() => new("lease") { Description = "The lease's number" };
}
