namespace Lutra.Cli.Dev;

/// <summary>A node's place in a development cluster.</summary>
/// <param name="Number">From 1 on. Also its label, so a number is never used again.</param>
/// <param name="ClientPort">Where clients reach it.</param>
/// <param name="PeerPort">Where its peers reach it: a wire of ours, which can be cut, and which ends at the client port.</param>
/// <param name="IsFounder">It was there when the cluster began; others joined later.</param>
internal sealed record DevSeat(int Number, int ClientPort, int PeerPort, bool IsFounder)
{
    /// <summary>It is a member no more, and nobody sits there.</summary>
    public bool IsRemoved { get; init; }

    public string ClientAddress => $"localhost:{ClientPort}";

    public string PeerAddress => $"localhost:{PeerPort}";
}
