using Lutra.Keyspace;
using Lutra.Keyspace.Auth;
using Lutra.Keyspace.Commands;
using Lutra.Node.Apply;
using Lutra.Node.Measures;
using Lutra.Node.Requests;
using Lutra.Raft;
using Lutra.Simulation.Disk;
using Lutra.Simulation.Scheduling;
using Lutra.Storage.Tables;

namespace Lutra.Node.Tests.Auth;

/// <summary>
/// Tokens change before readers see the entry that changes them: who comes with one at the moment when its node gets there is neither turned away, nor let in by a token
/// that is void.
/// </summary>
public sealed class TokenOrderTests
{
    private static readonly Configuration members = new([new Member(new MemberId(1), new NodeId(1), "1", "n1:1", "n1:1", MemberRole.Voter)], []);

    private readonly SimulatedScheduler scheduler = new(1);

    [Fact]
    public void Tokens_are_granted_and_void_before_readers_see_why()
    {
        var process = scheduler.StartProcess("node");
        var rule = new KeyspaceMergeRule();
        var tables = TableStore.Open(
            new SimulatedDisk(scheduler, "node").Mount(process), process, new TableOptions(), rule, new TableEvents(_ => { }, () => { }, failure => throw failure, _ => { }));
        var keyspace = KeyspaceStore.Open(tables, rule);
        keyspace.Begin(members);
        var seen = new List<(string What, ulong Applied)>();
        var events = new ApplierEvents(
            process.Ready, _ => { }, () => { }, _ => { },
            happened => seen.AddRange(happened.Select(one => (one.GetType().Name, keyspace.Applied.Index.Value))), (_, _) => { }, _ => { });
        var applier = new Applier(keyspace, tables, new PendingWrites(), origin: 7, new NodeMeasures(process.Time), events);

        AuthCommand[] commands =
        [
            new AddUserCommand("root", "", NoPassword: true), new GrantRoleCommand("root", "root"), new EnableAuthCommand(),
            new GrantTokenCommand("root", "sixteenletters", AuthRevision: 3), new SetPasswordCommand("root", ""), new DisableAuthCommand(),
        ];
        for (var at = 1; at <= commands.Length; at++)
        {
            applier.Submit([At(at, commands[at - 1])]);
            scheduler.RunUntilIdle();
        }

        Assert.Equal([(nameof(TokenGranted), 3UL), (nameof(TokensOfUserVoid), 4UL), (nameof(AllTokensVoid), 5UL)], seen);
    }

    private static Entry At(int index, AuthCommand command)
    {
        var envelope = new CommandEnvelope(new ProposalId(1, (ulong)index), 1000, Caller: Caller.Inside);
        return new Entry(new LogIndex((ulong)index), new Term(1), EntryKind.Command, CommandCodec.Encode(envelope, command));
    }
}
