// What programs do together through a store: of Lutra (lutra serve), or of etcd.
using System.Text.Json.Serialization;
using Lutra;
using Lutra.Client;

await using var client = LutraClient.Connect(args is [var endpoints] ? endpoints : "localhost:2379");

// Values are bytes, text, or JSON.
await client.PutAsync("settings/colour", "brown");
await client.PutJsonAsync("otters/1", new Otter("Lu", 3), Json.Default.Otter);
var otter = await client.GetJsonAsync("otters/1", Json.Default.Otter);
Console.WriteLine($"{otter!.Name} is {otter.Age}.");

// A transaction: only the first to come gets the job.
var claim = client.Transaction().If(When.Missing("jobs/7")).Then(Do.Put("jobs/7", "ann")).Else(Do.Get("jobs/7"));
Console.WriteLine($"The job was free: {(await claim.RunAsync()).Succeeded}.");
var late = await claim.RunAsync();
Console.WriteLine($"Now it is {late.ReadKey(0)!.Text()}'s.");

// A watch tells every change once, whatever happens to the servers meanwhile: here all behind what was just read.
var watching = Task.Run(async () =>
{
    await foreach (var batch in client.WatchAsync(new WatchOperation(KeyRange.Prefix("doors/"u8.ToArray()), late.Revision.Next)))
    {
        foreach (var change in batch.Events)
            Console.WriteLine($"{change.Current.KeyText()} is {change.Current.Text()}.");
        if (batch.Events.Any(change => change.Current.Text() == "closed"))
            return;
    }
});

// A lock goes to one after the other. The token tells later holders from earlier ones, for whoever is written to elsewhere; here a condition does.
await using (var held = await client.Locks.AcquireAsync("front door"))
{
    Console.WriteLine($"The lock is ours: {held.FencingToken > 0}, and nobody else's: {await client.Locks.TryAcquireAsync("front door") is null}.");
    foreach (var state in new[] { "open", "closed" })
    {
        var write = await client.Transaction().If(held.IsHeld).Then(Do.Put("doors/front", state)).RunAsync(cancellationToken: held.Lost);
        if (!write.Succeeded)
            return 1;
    }

    await watching;
}

// An election: one leads, the others wait; all can see who it is.
await using (var leads = await client.Elections.CampaignAsync("speaker", "ann"))
    Console.WriteLine($"{(await client.Elections.LeaderAsync("speaker"))!.Text()} speaks.");
Console.WriteLine($"Nobody speaks: {await client.Elections.LeaderAsync("speaker") is null}.");
return 0;

internal sealed record Otter(string Name, int Age);

[JsonSerializable(typeof(Otter))]
internal sealed partial class Json : JsonSerializerContext;
