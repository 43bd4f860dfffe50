using Lutra.Raft;

namespace Lutra.Node.Peers.Frames;

/// <summary>
/// What two ends say before anything else. Hello: u32 magic "LUT1", u16 oldest and u16 newest protocol, cluster name, u8 stage, u8 flags (1: a cluster id
/// follows, 2: an expected node follows, 4: the label was given), u64 node, [u128 cluster], [u64 expected], label, varint boots, peer address,
/// client address, varint count of listed addresses and these, u128 base state, varint term and varint last index at its start, varint index of the configuration, u64 run.
/// A reader ignores what follows, so that a later protocol can say more. Refused: a text.
/// Ping and Pong: u64, whatever the sender of the ping wants back.
/// </summary>
internal static class GreetingCodec
{
    public const int ListedMax = 64;
    public const int AddressBytesMax = 512;
    public const int NameBytesMax = 256;
    public const int RefusalBytesMax = 2048;

    private const uint Magic = 0x3154554C;
    private const byte HasCluster = 1;
    private const byte HasExpected = 2;
    private const byte LabelGiven = 4;

    public static void Write(FrameWriter writer, Hello hello)
    {
        writer.Begin(FrameKind.Hello);
        writer.UInt32(Magic);
        writer.UInt16(hello.ProtocolMin);
        writer.UInt16(hello.ProtocolMax);
        writer.Text(hello.ClusterName);
        writer.Byte((byte)hello.Stage);
        writer.Byte((byte)((hello.Cluster is null ? 0 : HasCluster) | (hello.Expected is null ? 0 : HasExpected) | (hello.LabelGiven ? LabelGiven : 0)));
        writer.UInt64(hello.Node.Value);
        if (hello.Cluster is { } cluster)
            writer.UInt128(cluster.Value);
        if (hello.Expected is { } expected)
            writer.UInt64(expected.Value);
        writer.Text(hello.Label);
        writer.Varint(hello.Boots);
        writer.Text(hello.PeerAddress);
        writer.Text(hello.ClientAddress);
        writer.Varint((ulong)hello.Listed.Count);
        foreach (var address in hello.Listed)
            writer.Text(address);
        writer.UInt128(hello.BaseState);
        writer.Varint(hello.Opened.Term.Value);
        writer.Varint(hello.Opened.Last.Value);
        writer.Varint(hello.ConfigurationIndex.Value);
        writer.UInt64(hello.Run);
        writer.End();
    }

    /// <summary>
    /// Reads a hello. Where the protocols have no version in common, the rest may be of any shape: null, and the range that was offered.
    /// </summary>
    public static Hello? ReadHello(FrameReader reader, out ushort protocolMin, out ushort protocolMax)
    {
        if (reader.UInt32() != Magic)
            throw new MalformedFrameException("The hello does not begin as one.");

        protocolMin = reader.UInt16();
        protocolMax = reader.UInt16();
        if (!PeerProtocol.IsSpoken(protocolMin, protocolMax))
            return null;

        var clusterName = reader.Text(NameBytesMax);
        var stage = (FormationStage)reader.Byte();
        if (!Enum.IsDefined(stage))
            throw new MalformedFrameException($"No stage has number {(byte)stage}.");

        var flags = reader.Byte();
        var node = new NodeId(reader.UInt64());
        ClusterId? cluster = (flags & HasCluster) != 0 ? new ClusterId(reader.UInt128()) : null;
        NodeId? expected = (flags & HasExpected) != 0 ? new NodeId(reader.UInt64()) : null;
        if (node.Value == 0)
            throw new MalformedFrameException("No node has the id 0.");
        if (cluster is not null != (stage is FormationStage.Begun or FormationStage.Alone))
            throw new MalformedFrameException($"A node in stage {stage} {(cluster is null ? "must name" : "has no")} cluster.");

        var label = reader.Text(NameBytesMax);
        var boots = reader.Varint();
        var peerAddress = reader.Text(AddressBytesMax);
        var clientAddress = reader.Text(AddressBytesMax);
        var listed = new string[reader.Count(ListedMax, itemBytesMin: 1)];
        for (var place = 0; place < listed.Length; place++)
            listed[place] = reader.Text(AddressBytesMax);
        var baseState = reader.UInt128();
        var opened = new OpenedLog(new Term(reader.Varint()), new LogIndex(reader.Varint()));
        var configurationIndex = new LogIndex(reader.Varint());
        var run = reader.UInt64();
        return new Hello(
            protocolMin, protocolMax, clusterName, cluster, node, expected, label, (flags & LabelGiven) != 0, boots, peerAddress, clientAddress, stage, listed,
            configurationIndex)
        {
            BaseState = baseState,
            Opened = opened,
            Run = run,
        };
    }

    /// <param name="refusal">For the person at the other end.</param>
    public static void WriteRefused(FrameWriter writer, string refusal)
    {
        writer.Begin(FrameKind.Refused);
        writer.Text(TextLimit.Shorten(refusal, RefusalBytesMax));
        writer.End();
    }

    public static string ReadRefused(FrameReader reader)
    {
        var refusal = reader.Text(RefusalBytesMax);
        reader.End();
        return refusal;
    }

    public static void WritePing(FrameWriter writer, FrameKind kind, ulong token)
    {
        writer.Begin(kind);
        writer.UInt64(token);
        writer.End();
    }

    public static ulong ReadPing(FrameReader reader)
    {
        var token = reader.UInt64();
        reader.End();
        return token;
    }
}
