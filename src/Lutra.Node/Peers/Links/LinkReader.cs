using Lutra.Node.Peers.Frames;

namespace Lutra.Node.Peers.Links;

/// <summary>Reads what arrived on a connection, frame by frame, and lets through what may pass. Loop only.</summary>
internal sealed class LinkReader(LinkSet links, IPeerEvents events)
{
    public void Read(PeerLink link, ReadOnlySpan<byte> bytes)
    {
        link.LastReceivedMs = links.NowMs;
        try
        {
            // Nothing behind the first hello is even parsed before that was checked; and what an event does may end the link.
            while (link.State is LinkState.Greeting or LinkState.Greeted && link.Parser.TryTake(ref bytes, out var body))
                OnFrame(link, body);
        }
        catch (MalformedFrameException fault)
        {
            Marks.MalformedFrame.Hit();
            links.Malformed++;
            links.Reject(link, fault.Message);
        }
    }

    private void OnFrame(PeerLink link, ReadOnlyMemory<byte> body)
    {
        var kind = (FrameKind)body.Span[0];
        var reader = new FrameReader(body[1..]);
        switch (kind)
        {
            case FrameKind.Hello:
                OnHello(link, reader);
                break;
            case FrameKind.Refused:
                links.RefusedByOther(link, GreetingCodec.ReadRefused(reader));
                break;
            case var _ when link.State != LinkState.Greeted:
                throw new MalformedFrameException($"A frame of kind {(byte)kind} before the hello.");
            case FrameKind.Ping:
                link.Outgoing.AddPong(GreetingCodec.ReadPing(reader));
                break;
            case FrameKind.Pong:
                OnPong(link, GreetingCodec.ReadPing(reader));
                break;
            case var _ when kind != FrameKind.Formation && !Handshake.IsSameCluster(links.Own, link.Hello!):
                throw new MalformedFrameException($"A frame of kind {(byte)kind} from a node that is not of this cluster.");
            default:
                var from = link.Hello!.Node;
                events.Received(from, PeerFrameCodec.Read(kind, reader, from, links.Own.Node));
                break;
        }
    }

    private void OnHello(PeerLink link, FrameReader reader)
    {
        var hello = GreetingCodec.ReadHello(reader, out var protocolMin, out var protocolMax);
        if (hello is null)
        {
            links.Refuse(link, Handshake.WrongProtocol(protocolMin, protocolMax));
            return;
        }

        if (hello.Node == links.Own.Node)
        {
            MeetSelf(link, hello);
            return;
        }

        if (link.Hello is { } earlier && (earlier.Node != hello.Node || earlier.Boots != hello.Boots))
            throw new MalformedFrameException("A peer became another one in the middle of a connection.");

        if ((Handshake.JudgeProof(hello, link.Proves) ?? Handshake.Judge(links.Own, hello, link.Target?.Expected) ?? events.Judge(hello)) is { } refusal)
        {
            links.Refuse(link, refusal);
            return;
        }

        link.Hello = hello;
        if (link.State == LinkState.Greeting)
        {
            link.Parser.BodyBytesMax = FrameHeader.BodyBytesMax;
            links.Greeted(link, hello);
        }

        events.Heard(hello, link.Target?.Address);
    }

    /// <summary>This node dialled its own address; or another process runs with a copy of its folder.</summary>
    private void MeetSelf(PeerLink link, Hello hello)
    {
        if (!Handshake.IsSameProcess(links.Own, hello))
        {
            links.Refuse(
                link, $"Another process runs as node {hello.Node} (started {hello.Boots} and {links.Own.Boots} times): a data folder was copied.");
        }
        else if (link.Target is { } target)
        {
            Marks.DialledItself.Hit();
            // Where another is expected, its name may lead here only until addresses that were handed out anew have become known: it is tried again.
            if (target.Expected is null)
            {
                target.IsSelf = true;
                events.FoundSelf(target.Address);
            }

            links.Drop(link, "this node itself answers there");
        }
        else
        {
            link.Outgoing.TryAddHello(links.Own);
            links.CloseOnceSent(link, "this node itself dialled");
        }
    }

    private void OnPong(PeerLink link, ulong token)
    {
        if (token <= (ulong)links.NowMs)
            link.RoundTripMs = links.NowMs - (long)token;
        if (token == (ulong)link.PingedAt.Ms)
            link.Measures!.RoundTrips.Stop(link.PingedAt.Timestamp);
    }
}
