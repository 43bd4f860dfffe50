using Lutra.Node.Formation;
using Lutra.Node.Peers;

namespace Lutra.Node.Members;

/// <summary>The request of a node that belongs to no cluster: a refusal is told to it, and that it was taken in it learns as the configuration is committed.</summary>
internal sealed class NodeAdmission(Hello hello, PeerExchange peers) : ClientMemberChange
{
    public override void Answered(MemberAnswer answer)
    {
        if (answer.Error is not null)
            peers.Send(hello.Node, new FormationFrame(new JoinRefused(answer.Message ?? "")));
    }
}
