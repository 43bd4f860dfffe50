using Lutra.Node.Peers;
using Lutra.Raft;
using Lutra.Storage.Tables;

namespace Lutra.Node.Transfer;

/// <summary>
/// One state on its way to one follower: the tables are held until it ends. The receiver pulls: it says from where it wants more. The loop ends it at any time,
/// also while the sender's stage reads: then the tables are let go after that read.
/// </summary>
internal sealed class OutgoingTransfer(ulong id, NodeId follower, TableSet tables, Configuration configuration, long nowMillis) : IDisposable
{
    private readonly Lock gate = new();
    private bool isReading;
    private bool isOver;

    public ulong Id => id;

    public NodeId Follower => follower;

    public TableSet Tables => tables;

    public Configuration Configuration => configuration;

    /// <summary>When the receiver last asked for something; at first, when it began.</summary>
    public long ProgressMillis { get; set; } = nowMillis;

    public TransferBeginFrame Begin(Term term) =>
        new(id, term, tables.Applied, configuration, [.. tables.Files.Select(file => new TransferFile(file.Number, file.LengthBytes, file.Checksum))]);

    /// <summary>False: it is over. True: the tables stay until <see cref="EndReading"/>.</summary>
    public bool TryBeginReading()
    {
        lock (gate)
        {
            isReading = !isOver;
            return isReading;
        }
    }

    public void EndReading()
    {
        lock (gate)
        {
            isReading = false;
            if (isOver)
                tables.Dispose();
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            isOver = true;
            if (!isReading)
                tables.Dispose();
        }
    }
}
