using System.Text;

namespace Lutra.Node.Hosting.Network;

/// <summary>
/// The one HTTP exchange that opens a peer connection: <c>GET {prefix}/raft/stream</c> with <c>Upgrade: lutra-raft</c>, answered by 101; from then on the
/// connection carries frames. Neither head may be longer than <see cref="HeadBytesMax"/>.
/// </summary>
internal static class UpgradeHandshake
{
    public const int HeadBytesMax = 4096;
    public const string Path = "/raft/stream";
    public const string Protocol = "lutra-raft";

    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    public static readonly byte[] Accepted = Encoding.ASCII.GetBytes($"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: {Protocol}\r\n\r\n");

    public static readonly byte[] NotFound = Encoding.ASCII.GetBytes(
        $"HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: {NotFoundText.Length}\r\n\r\n{NotFoundText}");

    private const string NotFoundText = "Only Lutra nodes talk to each other at this address.\n";

    private static ReadOnlySpan<byte> EndOfHead => "\r\n\r\n"u8;

    public static byte[] Request(string prefix, string address) => Encoding.ASCII.GetBytes(
        $"GET {prefix}{Path} HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: {Protocol}\r\n\r\n");

    /// <summary>Whether a head is the request that opens a peer connection, under whatever prefix.</summary>
    public static bool IsRequest(string head)
    {
        var parts = FirstLine(head).Split(' ');
        return parts is ["GET", var target, "HTTP/1.1"] && target.EndsWith(Path, StringComparison.Ordinal) && AsksForPeers(head);
    }

    /// <summary>Whether a head is the answer that opens it.</summary>
    public static bool IsAccepted(string head) => FirstLine(head).StartsWith("HTTP/1.1 101 ", StringComparison.Ordinal) && AsksForPeers(head);

    public static string FirstLine(string head) => head[..head.IndexOf("\r\n", StringComparison.Ordinal)];

    /// <summary>
    /// Reads up to the empty line that ends a head; null where that does not come within <see cref="HeadBytesMax"/>, or the stream ends before it.
    /// </summary>
    /// <returns>The head with its empty line, and what the other end sent behind it.</returns>
    public static async Task<(string Head, byte[] Behind)?> ReadHeadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[HeadBytesMax];
        var filled = 0;
        while (filled < buffer.Length)
        {
            var count = await stream.ReadAsync(buffer.AsMemory(filled), cancellationToken);
            if (count == 0)
                return null;

            // The end may have begun in what was there before.
            var from = Math.Max(0, filled - EndOfHead.Length);
            filled += count;
            var end = buffer.AsSpan(from, filled - from).IndexOf(EndOfHead);
            if (end >= 0)
            {
                end += from + EndOfHead.Length;
                return (Encoding.Latin1.GetString(buffer, 0, end), buffer[end..filled]);
            }
        }

        return null;
    }

    private static bool AsksForPeers(string head)
    {
        var upgrades = false;
        var toPeers = false;
        foreach (var line in head.Split("\r\n")[1..])
        {
            var colon = line.IndexOf(':');
            if (colon < 0)
                continue;

            var value = line[(colon + 1)..].Trim();
            if (line[..colon].Equals("Connection", StringComparison.OrdinalIgnoreCase))
                upgrades |= value.Split(',').Any(option => option.Trim().Equals("upgrade", StringComparison.OrdinalIgnoreCase));
            else if (line[..colon].Equals("Upgrade", StringComparison.OrdinalIgnoreCase))
                toPeers |= value.Equals(Protocol, StringComparison.OrdinalIgnoreCase);
        }

        return upgrades && toPeers;
    }
}
