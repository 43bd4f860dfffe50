// A state machine of one's own (a counter) on the consensus core alone: no Lutra server, no keys and values, no files, no sockets.
// The core decides; this program carries out what it asks for: keep, send, apply. A real driver would write to a disk before it says "persisted".
using System.Buffers.Binary;
using Lutra.Raft;

var members = Enumerable.Range(1, 3).Select(number => new Member(new MemberId((ulong)number), new NodeId((ulong)number), $"node{number}", "", "", MemberRole.Voter));
var configuration = new Configuration(members, []);
var nodes = configuration.Voters.ToDictionary(
    id => id,
    id => new RaftNode(id, new RaftOptions(), new Recovered(default, default, configuration, default, [], []), new Random((int)id.Value)));
var counters = nodes.Keys.ToDictionary(id => id, _ => 0L);

// Every node starts as a follower. Time passes until one of them has become the leader.
while (!nodes.Values.Any(node => node.CommittedInTerm))
{
    foreach (var node in nodes.Values)
        node.Tick();
    Exchange();
}

var leader = nodes.Values.First(node => node.Role == RoleName.Leader);
Console.WriteLine($"Node {leader.Id} leads in term {leader.Term}.");

foreach (var amount in (long[])[5, 20, 17])
{
    var command = new byte[8];
    BinaryPrimitives.WriteInt64LittleEndian(command, amount);
    Console.WriteLine($"add {amount}: {leader.Propose(command).Outcome} at {leader.Last}");
}

var follower = nodes.Values.First(node => node != leader);
Console.WriteLine($"The same at a follower: {follower.Propose(new byte[8]).Outcome}");

// Followers apply what the leader tells them to be committed, with its next heartbeat at the latest.
while (counters.Values.Any(counter => counter != 42))
{
    foreach (var node in nodes.Values)
        node.Tick();
    Exchange();
}

foreach (var (id, counter) in counters)
    Console.WriteLine($"Node {id} counts {counter}.");

void Exchange()
{
    for (var any = true; any;)
    {
        any = false;
        foreach (var (id, node) in nodes)
        {
            while (node.TakeOutput() is { IsEmpty: false } output)
            {
                any = true;
                if (output.HardState is { } hardState)
                    node.HardStatePersisted(hardState);
                if (output.EntriesToPersist.Count > 0)
                    node.LogPersisted(output.EntriesToPersist[^1].Position);
                foreach (var message in output.MessagesToSend)
                    nodes[message.To].Receive(message);
                foreach (var entry in output.EntriesToApply.Where(entry => entry.Kind == EntryKind.Command))
                    counters[id] += BinaryPrimitives.ReadInt64LittleEndian(entry.Payload.Span);
                if (output.EntriesToApply.Count > 0)
                    node.Applied(output.EntriesToApply[^1].Index);
            }
        }
    }
}
