// Servers that agree on a sequence of operations even when some of them fail, in the words of a small Raft library: a node with its peers, states, ClientPut and
// ClientGet. What such libraries leave as next steps is there: the network between the nodes, election timeouts and heartbeats, logs on disk.
using Lutra;
using ThreeServers;

string[] addresses = args.Length == 3 ? args : ["localhost:7111", "localhost:7112", "localhost:7113"];
var folder = Directory.CreateTempSubdirectory("lutra-three-").FullName;

// Create the Raft nodes. Each names its peers, and keeps its log and its data in a folder of its own.
var nodes = await Task.WhenAll(addresses.Select((address, at) => LutraNode.StartAsync(new LutraNodeOptions
{
    Label = $"node{at + 1}",
    Directory = folder,
    Address = address,
    Peers = addresses,
    ListenForPeers = true,
})));

// Nobody makes one of them the leader: this happens through election.
await Task.WhenAll(nodes.Select(node => node.WaitUntilReadyAsync()));
foreach (var node in nodes)
    Console.WriteLine($"{node.Options.Label}: {await node.State()}");

try
{
    // Store a key-value pair, through any node. It is there as soon as a majority has it on disk.
    await nodes[0].ClientPut("hello", "world");

    // Retrieve the value, from another one. What is read is never old.
    var (value, exists) = await nodes[1].ClientGet("hello");
    Console.WriteLine($"Value: {value}, Exists: {exists}");

    (_, exists) = await nodes[2].ClientGet("missing");
    Console.WriteLine($"The key that nobody put: Exists: {exists}");

    // One fails; the others go on.
    var leader = nodes[await nodes.LeaderAt()];
    await leader.StopAsync();
    var others = nodes.Where(node => node != leader).ToArray();
    await others[0].ClientPut("hello", "still");
    Console.WriteLine($"Value: {(await others[1].ClientGet("hello")).Value}, with two of three nodes");
}
catch (LutraException refused)
{
    // Says what was refused and why; refused.Error is for code.
    Console.Error.WriteLine(refused.Message);
    Environment.ExitCode = 1;
}

foreach (var node in nodes)
    await node.DisposeAsync();
Directory.Delete(folder, recursive: true);
