using Lutra.Node.Peers;
using Lutra.Raft;
using Lutra.Storage.Files;

namespace Lutra.Node.Transfer;

/// <summary>One state that arrives: files are written in order, each is verified and synced when it is whole.</summary>
internal sealed class IncomingTransfer(NodeId leader, TransferBeginFrame begin)
{
    public const string Folder = "incoming";

    public NodeId Leader => leader;

    public ulong Id => begin.Transfer;

    public LogPosition Position => begin.Position;

    public Configuration Configuration => begin.Configuration;

    public IReadOnlyList<TransferFile> Files => begin.Files;

    /// <summary>The file that is being written; the number of files once all are there.</summary>
    public int File { get; set; }

    public long OffsetBytes { get; set; }

    public IFile? Open { get; set; }

    public bool IsComplete => File == Files.Count;

    public IReadOnlyList<string> Paths => [.. Files.Select((_, at) => PathOf(at))];

    public static string PathOf(int file) => $"{Folder}/{file:d6}.table";
}
