using Lutra.Client.Tests.Support;

namespace Lutra.Client.Tests.Retry;

/// <summary>A watch of a client goes on at other servers, where it was.</summary>
public sealed class LastingWatchTests
{
    private static readonly WatchOperation Watch = new(KeyRange.Single("a"u8.ToArray()));

    [Fact]
    public async Task It_goes_on_at_the_next_server_behind_the_last_revision_that_was_told()
    {
        var transport = new ScriptedTransport(
            ScriptedTransport.Step.Done, ScriptedTransport.Step.Done, ScriptedTransport.Step.Refuse, ScriptedTransport.Step.Done,
            ScriptedTransport.Step.Overloaded, ScriptedTransport.Step.Done);
        await using var client = Client(transport);
        var told = await TakeAsync(client, 6);
        Assert.Equal(["4:0", "5:1", "6:1", "7:1", "8:1", "9:1"], told);
        Assert.Equal([0, 7, 8], transport.WatchedFrom.Select(revision => revision.Value));
        Assert.Equal(["one", "one", "one", "two", "two", "one", "one"], transport.Asked.Take(7));
    }

    [Fact]
    public async Task What_no_other_server_can_mend_ends_it()
    {
        var transport = new ScriptedTransport(ScriptedTransport.Step.Done, ScriptedTransport.Step.Invalid);
        await using var client = Client(transport);
        var refused = await Assert.ThrowsAsync<LutraException>(() => TakeAsync(client, 5));
        Assert.Equal(LutraError.InvalidArgument, refused.Error);
    }

    private static LutraClient Client(ScriptedTransport transport) => new(
        new LutraClientOptions { Endpoints = [new Uri("http://one"), new Uri("http://two")] }, transport);

    private static async Task<List<string>> TakeAsync(LutraClient client, int count)
    {
        List<string> told = [];
        await foreach (var batch in client.WatchAsync(Watch, TestContext.Current.CancellationToken))
        {
            told.Add($"{batch.Revision}:{batch.Events.Length}");
            if (told.Count == count)
                break;
        }

        return told;
    }
}
