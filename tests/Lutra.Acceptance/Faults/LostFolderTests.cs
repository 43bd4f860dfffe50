using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Lutra.Acceptance.Faults.Histories;
using Lutra.Acceptance.Links;
using Lutra.Acceptance.Processes;
using Lutra.Client;

namespace Lutra.Acceptance.Faults;

/// <summary>Folders that were lost, put back to an older copy, and restored from a snapshot.</summary>
[Trait("Faults", "RP10")]
public sealed partial class LostFolderTests
{
    [Fact]
    public async Task RP10_a_wiped_node_is_refused_until_it_is_replaced_and_then_has_everything()
    {
        await using var cluster = await LinkedCluster.StartAsync(3);
        await using var work = await Work.BeginAsync(cluster, Amount.Seed);
        await work.ProgressAsync(50);
        var wiped = await cluster.LeaderAsync();
        cluster.Kill(wiped);
        Directory.Delete(cluster.FolderOf(wiped), recursive: true);
        cluster.Start(wiped);
        await EndsAsync(cluster, wiped, $"lutra member replace {wiped + 1}");
        await cluster.WritableAsync();
        await work.ProgressAsync(50);

        await cluster.Any.ChangeMembersAsync(new ReplaceMember($"{wiped + 1}"));
        cluster.Start(wiped);
        await cluster.UntilAsync(async () => (await cluster.Clients[wiped].MembersAsync()).Members is { Length: 3 } members && members.All(member => !member.IsLearner && member.HasStarted));
        new Figures("RP10, wiped").Tell(await work.JudgeAsync());
    }

    [Fact]
    public async Task RP10_D11_a_folder_that_went_back_to_an_older_copy_is_refused()
    {
        await using var cluster = await LinkedCluster.StartAsync(3);
        await using var work = await Work.BeginAsync(cluster, Amount.Seed);
        await work.ProgressAsync(50);
        var node = (await cluster.LeaderAsync() + 1) % 3;
        var (folder, newest, copy) = (cluster.FolderOf(node), cluster.FolderOf(node) + ".newest", cluster.FolderOf(node) + ".copy");
        cluster.Kill(node);
        Assert.Equal(0, Tool.Run("cp", "-a", folder, copy).ExitCode);
        cluster.Start(node);
        await cluster.ReadyAsync();
        await work.ProgressAsync(50);
        cluster.Kill(node);
        Directory.Move(folder, newest);
        Directory.Move(copy, folder);
        cluster.Start(node);
        await cluster.UntilAsync(() => Task.FromResult(cluster.Story().Contains("went back to an older copy", StringComparison.Ordinal)));
        await work.ProgressAsync(50);
        Assert.True(cluster.Process(node).HasExited || !await AnswersAsync(cluster.Clients[node]), "A node with an older copy of its folder serves.");

        cluster.Kill(node);
        Directory.Delete(folder, recursive: true);
        Directory.Move(newest, folder);
        cluster.Start(node);
        new Figures("RP10, rolled back").Tell(await work.JudgeAsync());
    }

    [Fact]
    public async Task RP10_a_snapshot_that_was_taken_under_writes_makes_a_new_cluster_with_all_of_it()
    {
        await using var old = await LinkedCluster.StartAsync(3);
        await using var work = await Work.BeginAsync(old, Amount.Seed);
        await work.ProgressAsync(100);
        await old.Any.PutAsync("before", "the snapshot");
        var file = Path.Combine(old.FolderOf(0), "backup");
        var (code, said) = await LutraProcess.RunAsync("snapshot", "save", file, "--server", old.Url(1).ToString());
        Assert.True(code == 0, said);
        var revision = long.Parse(SavedRevision().Match(said).Groups[1].Value, CultureInfo.InvariantCulture);
        await work.ProgressAsync(20);
        await work.JudgeAsync();

        var fresh = Directory.CreateTempSubdirectory("lutra-restored-").FullName;
        try
        {
            for (var node = 0; node < 3; node++)
                Assert.Equal(0, (await LutraProcess.RunAsync("snapshot", "restore", file, $"--id={node + 1}", $"--dir={fresh}")).ExitCode);
            await using var restored = await LinkedCluster.StartAsync(3, new LinkedClusterOptions { FolderOf = _ => fresh });
            var expected = await TextsAsync(old.Clients[0], new Revision(revision));
            Assert.Contains(expected, pair => pair.StartsWith("before = ", StringComparison.Ordinal));
            for (var node = 0; node < 3; node++)
                Assert.Equal(expected, await TextsAsync(restored.Clients[node], Revision.None));
            await restored.Any.PutAsync("after", "the restore");
        }
        finally
        {
            Directory.Delete(fresh, recursive: true);
        }
    }

    // Without what hangs on a lease, which may have ended since.
    private static async Task<string[]> TextsAsync(LutraClient client, Revision revision)
    {
        var found = await client.RangeAsync(new RangeOperation(KeyRange.All, Revision: revision));
        return [.. found.KeyValues.Where(pair => pair.Lease == 0).Select(pair => $"{Encoding.UTF8.GetString(pair.Key.Span)} = {Convert.ToHexString(pair.Value.Span)}")];
    }

    [GeneratedRegex("revision ([0-9]+)")]
    private static partial Regex SavedRevision();

    private static async Task EndsAsync(LinkedCluster cluster, int node, string saying)
    {
        await cluster.Process(node).ExitedAsync(LinkedCluster.Patience);
        Assert.NotEqual(0, cluster.Process(node).ExitCode);
        Assert.Contains(saying, cluster.Process(node).Output, StringComparison.Ordinal);
    }

    private static async Task<bool> AnswersAsync(LutraClient client)
    {
        try
        {
            await client.GetAsync("ready?");
            return true;
        }
        catch (LutraException)
        {
            return false;
        }
    }
}
