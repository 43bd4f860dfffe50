using Lutra.Node.Peers;
using Lutra.Raft;
using Lutra.Storage.Tables;

namespace Lutra.Node.Transfer;

/// <summary>One state on its way to one follower: the tables are held until it ends. The receiver pulls: it says from where it wants more.</summary>
internal sealed class OutgoingTransfer(ulong id, NodeId follower, TableSet tables, Configuration configuration, long nowMillis) : IDisposable
{
    public ulong Id => id;

    public NodeId Follower => follower;

    public TableSet Tables => tables;

    public Configuration Configuration => configuration;

    /// <summary>When the receiver last asked for something.</summary>
    public long ProgressMillis { get; set; } = nowMillis;

    public TransferBeginFrame Begin(Term term) =>
        new(id, term, tables.Applied, configuration, [.. tables.Files.Select(file => new TransferFile(file.Number, file.LengthBytes, file.Checksum))]);

    public void Dispose() => tables.Dispose();
}
