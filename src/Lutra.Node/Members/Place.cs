using Lutra.Node.Formation;

namespace Lutra.Node.Members;

/// <summary>What a member is called and where it is reached, checked and in one spelling.</summary>
/// <param name="Label">"": not known yet.</param>
internal sealed record Place(string Label, string PeerAddress, string ClientAddress)
{
    /// <returns>Null where something cannot be, and <paramref name="fault"/> says what.</returns>
    public static Place? Of(string peerAddress, string? clientAddress, string? label, out string? fault)
    {
        fault = null;
        if (Formation.PeerAddress.TryParse(peerAddress, out var peerFault) is not { } peer)
            fault = $"'{PlainText.Of(peerAddress)}' is no address: {peerFault}.";
        else if (Formation.PeerAddress.TryParse(clientAddress ?? peerAddress, out var clientFault) is not { } client)
            fault = $"'{PlainText.Of(clientAddress!)}' is no address: {clientFault}.";
        else if (label is { Length: > 0 } && Identity.Label.TryParse(label, out var labelFault) is null)
            fault = $"'{PlainText.Of(label)}' is no id: {labelFault}.";
        else if (!DraftFormat.IsShort(peer.ToString()) || !DraftFormat.IsShort(client.ToString()))
            fault = $"An address has at most {DraftFormat.AddressBytesMax} bytes.";
        else
            return new Place(label ?? "", peer.ToString(), client.ToString());
        return null;
    }
}
