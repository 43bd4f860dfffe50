using System.Buffers;
using Lutra.Node.Formation;
using Lutra.Node.Identity;
using Lutra.Node.Peers;
using Lutra.Raft;

namespace Lutra.Node.Tests.Formation;

/// <summary>How one node of the model is started.</summary>
internal sealed record Start(string Label, string Address, IReadOnlyList<string> Peers, bool Join = false);

/// <summary>A node of the model: a disk that outlives it, and a process that may not run.</summary>
internal sealed class ModelNode
{
    private readonly Random random;
    private FormationRecord? writing;

    public ModelNode(Start start, Random random)
    {
        Start = start;
        this.random = random;
        OnDisk = null!;
        Wipe();
    }

    public Start Start { get; set; }

    public NodeId Id => OnDisk.Node;

    /// <summary>What the disk holds, read back from its bytes.</summary>
    public NodeIdentity OnDisk { get; private set; }

    /// <summary>Null while the process does not run.</summary>
    public ClusterFormation? Process { get; private set; }

    public bool IsWriting => writing is not null;

    public PeerAddress Address => PeerAddress.TryParse(Start.Address, out _)!.Value;

    public Hello Hello => new(
        1, 1, "test", Process!.Cluster, Id, null, Start.Label, true, 1, Address.ToString(), $"client-of-{Start.Label}:1", Process.Stage, Start.Peers, Process.ConfigurationIndex);

    public void Boot()
    {
        var label = Label.Parse(Start.Label);
        var errors = new List<string>();
        var peers = PeerListParser.Parse(Start.Peers, "--peers", label, Address, errors);
        Assert.Empty(errors);
        var self = new FormationSelf(Id, label, Address.ToString(), $"client-of-{Start.Label}:1", peers!, Start.Join);
        Process = new ClusterFormation(self, OnDisk.Formation, new Random(random.Next()));
    }

    /// <summary>What was being written may have reached the disk, or not.</summary>
    public void Kill()
    {
        if (writing is not null && random.Next(2) == 0)
            Store(writing);
        writing = null;
        Process = null;
    }

    public void Wipe()
    {
        Kill();
        OnDisk = ThroughBytes(new NodeIdentity(new NodeId((ulong)random.NextInt64(1, long.MaxValue)), Label.Parse(Start.Label), "test", 1, Fresh.Record));
    }

    /// <summary>Takes what the process owes; the messages come back as bytes.</summary>
    public IEnumerable<(NodeId To, byte[] Message)> TakeSends()
    {
        var output = Process!.TakeOutput();
        if (output.Persist is not null)
        {
            Assert.Null(writing);
            writing = output.Persist;
        }
        foreach (var send in output.Sends)
        {
            var bytes = new ArrayBufferWriter<byte>();
            FormationCodec.Write(bytes, send.Message);
            yield return (send.To, bytes.WrittenSpan.ToArray());
        }
    }

    public void FinishWrite()
    {
        var written = writing!;
        Store(written);
        writing = null;
        Process!.Persisted(written);
    }

    private void Store(FormationRecord record) => OnDisk = ThroughBytes(OnDisk with { Formation = record });

    private static NodeIdentity ThroughBytes(NodeIdentity identity) => IdentityFormat.Read(IdentityFormat.Write(identity, 1).Span).Identity;
}
