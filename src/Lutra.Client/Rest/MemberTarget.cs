using System.Diagnostics;
using Lutra.Protocol;

namespace Lutra.Client.Rest;

/// <summary>Where and how each change of members is asked for.</summary>
internal static class MemberTarget
{
    public static (HttpMethod Method, string Target, MemberBody? Body) Of(MemberChange change) => change switch
    {
        AddMember add => (HttpMethod.Post, "/members", new MemberBody
        {
            Address = add.Address,
            NodeId = add.Label,
            ClientAddress = add.ClientAddress,
            Promotion = add.Promotion == MemberPromotion.Manual ? PromotionNames.Manual : PromotionNames.Automatic,
        }),
        RemoveMember remove => (HttpMethod.Delete, Path(remove.Member), null),
        PromoteMember promote => (HttpMethod.Post, Path(promote.Member) + "/promote", null),
        ReplaceMember replace => (HttpMethod.Post, Path(replace.Member) + "/replace", new MemberBody
        {
            Address = replace.Address,
            NodeId = replace.Label,
            ClientAddress = replace.ClientAddress,
        }),
        _ => throw new UnreachableException($"No request for {change}"),
    };

    private static string Path(string member) => member.Length > 0
        ? $"/members/{Uri.EscapeDataString(member)}"
        : throw new LutraException(LutraError.InvalidArgument, "Which member? Name it by its id, its member id or its address.");
}
