using System.CommandLine;

namespace Lutra.Cli.Members;

/// <summary>The commands about members and who leads them.</summary>
internal static class MemberCommand
{
    public static Command Create() => new("member", "Members of the cluster: list, add, remove, promote, replace")
    {
        new MemberListCommand(),
        new MemberAddCommand(),
        new MemberRemoveCommand(),
        new MemberPromoteCommand(),
        new MemberReplaceCommand(),
    };

    public static Argument<string> MemberArgument() => new("member") { Description = "The member, by its id (as given with --id), its member id or its address" };
}
