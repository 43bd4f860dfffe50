// What multiple servers agree upon, in a few calls: create the nodes, let them elect a leader, put through it, get from it.
// Each server is a follower, a candidate or the leader. ClientPut is PutAsync, and answers when a majority has it on disk; ClientGet is GetAsync, and never
// sees old data. Both work on any node: a follower passes them on.
using System.Text;
using Lutra;

string[] addresses = ["localhost:7111", "localhost:7112", "localhost:7113"];
var folder = Directory.CreateTempSubdirectory("lutra-three-").FullName;

// Create the nodes. Each names the others; each keeps its log and data in a folder of its own.
var nodes = await Task.WhenAll(addresses.Select((address, at) => LutraNode.StartAsync(new LutraNodeOptions
{
    Label = $"node{at + 1}",
    Directory = folder,
    Address = address,
    Peers = addresses,
    ListenForPeers = true,
})));

// One becomes the leader by election: nobody sets it.
await Task.WhenAll(nodes.Select(node => node.WaitUntilReadyAsync()));
foreach (var node in nodes)
{
    var status = await node.StatusAsync();
    Console.WriteLine($"{status.Label}: {status.Role}, term {status.Term}");
}

// Store a key-value pair. A refusal is a LutraException that says why.
await nodes[0].PutAsync("hello", "world");

// Retrieve the value, from another node.
var found = await nodes[1].GetAsync("hello");
Console.WriteLine($"Value: {Encoding.UTF8.GetString(found!.Value.Span)}, Exists: {found is not null}");
Console.WriteLine($"A key that is not there exists: {await nodes[2].GetAsync("missing") is not null}");

foreach (var node in nodes)
    await node.DisposeAsync();
Directory.Delete(folder, recursive: true);
