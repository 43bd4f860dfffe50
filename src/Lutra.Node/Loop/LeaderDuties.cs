using Lutra.Keyspace;
using Lutra.Keyspace.Commands;
using Lutra.Raft;

namespace Lutra.Node.Loop;

/// <summary>
/// What a leader does unasked, once an entry of its term is committed: raises the log's feature level and ends sessions whose time is over. Appended here
/// only, never forwarded (pitfall C05). Loop only.
/// </summary>
internal sealed class LeaderDuties(RaftNode raft, KeyspaceStore keyspace, ulong origin, NodeClock clock)
{
    private const int SessionsPerLook = 256;
    private const int TicksPerLook = 10;

    private Term levelProposedIn;
    private ulong lastNumber;
    private int ticks;

    public void Tick()
    {
        if (raft.Role != RoleName.Leader || !raft.CommittedInTerm || raft.IsTransferring)
            return;
        if (keyspace.FeatureLevel < KeyspaceLimits.FeatureLevel && levelProposedIn != raft.Term)
        {
            Marks.FeatureLevelProposed.Hit();
            levelProposedIn = raft.Term;
            Propose(new SetFeatureLevelCommand(KeyspaceLimits.FeatureLevel));
        }

        if (++ticks % TicksPerLook != 0)
            return;
        using var view = keyspace.Pin();
        foreach (var session in view.ExpiredSessions(clock.WallMillis, SessionsPerLook))
            Propose(new CloseSessionCommand(session.Session, session.LastUsedMillis));
    }

    /// <summary>
    /// Appends a command that nobody waits for; false where this node cannot append now. Numbered from the other end than clients' proposals, so that no client
    /// waits under the same number.
    /// </summary>
    public bool Propose(Command command) =>
        raft.Propose(CommandCodec.Encode(new CommandEnvelope(new ProposalId(origin, ulong.MaxValue - lastNumber++), clock.WallMillis), command)).Outcome == ProposeOutcome.Appended;
}
