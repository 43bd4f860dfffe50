// Three replicas inside one program: no server to run. Real programs hold one each, on three machines.
using Lutra;

string[] addresses = args.Length == 3 ? args : ["localhost:7101", "localhost:7102", "localhost:7103"];
var folder = Directory.CreateTempSubdirectory("lutra-embedded-").FullName;

var nodes = await Task.WhenAll(addresses.Select((address, at) => LutraNode.StartAsync(new LutraNodeOptions
{
    Label = $"{at + 1}",
    Directory = folder,
    Address = address,
    Peers = addresses,
    ListenForPeers = true,
})));
await Task.WhenAll(nodes.Select(node => node.WaitUntilReadyAsync()));

// Any node takes writes and linearizable reads.
var written = await nodes[0].PutAsync("name", "otter");
var found = await nodes[2].GetAsync("name");
Console.WriteLine($"name = {System.Text.Encoding.UTF8.GetString(found!.Value.Span)}, at revision {written.Revision}");

foreach (var node in nodes)
    await node.DisposeAsync();
Directory.Delete(folder, recursive: true);
