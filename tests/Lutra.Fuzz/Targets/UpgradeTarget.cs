using System.Text;
using Lutra.Node.Hosting.Network;

namespace Lutra.Fuzz.Targets;

/// <summary>The HTTP exchange that opens a peer connection, both ways.</summary>
internal sealed class UpgradeTarget : FuzzTarget
{
    public override string Name => "peer.upgrade";

    public override IReadOnlyList<string> Words { get; } = ["\r\n", "\r\n\r\n", "\n", "Upgrade: ", "lutra-raft", "GET ", "HTTP/1.1", "/raft/stream", " ", ":", "101"];

    public override byte[] Example(Random random) =>
        random.Next(2) == 0 ? UpgradeHandshake.Request(random.Next(2) == 0 ? "" : "/store", "localhost:2379") : UpgradeHandshake.Accepted;

    public override void Parse(byte[] input)
    {
        using var stream = new MemoryStream(input);
        var read = UpgradeHandshake.ReadHeadAsync(stream, CancellationToken.None);
        Require(read.IsCompleted, "it waits for a stream that has ended");
        if (read.Result is not { } found)
            return;
        Require(Encoding.Latin1.GetByteCount(found.Head) + found.Behind.Length <= input.Length, "it found more than there was");
        UpgradeHandshake.IsRequest(found.Head);
        UpgradeHandshake.IsAccepted(found.Head);
    }

    public override bool IsDeclared(Exception exception) => false;
}
