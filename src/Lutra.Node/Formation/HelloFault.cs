using Lutra.Node.Identity;
using Lutra.Node.Peers;

namespace Lutra.Node.Formation;

/// <summary>What is wrong with how a peer introduces itself.</summary>
internal static class HelloFault
{
    /// <summary>For people; null where it can become a member.</summary>
    public static string? Of(Hello hello)
    {
        if (PeerAddress.TryParse(hello.PeerAddress, out var addressFault) is null)
            return $"the node there says that its own address is '{PlainText.Of(hello.PeerAddress)}' ({addressFault})";
        if (hello.Node.Value == 0)
            return "the node there has no identity";
        if (Label.TryParse(hello.Label, out var fault) is null)
            return $"the node there has an impossible id ({fault})";
        return DraftFormat.IsShort(hello.PeerAddress) && DraftFormat.IsShort(hello.ClientAddress)
            ? null
            : $"the node there has an address of more than {DraftFormat.AddressBytesMax} bytes";
    }
}
