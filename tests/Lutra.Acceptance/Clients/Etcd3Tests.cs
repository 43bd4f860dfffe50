using System.Diagnostics;
using Lutra.Acceptance.Etcd;
using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance.Clients;

/// <summary>The npm package etcd3, unchanged: what applications do with it, against three nodes of ours and, to prove the script, against etcd.</summary>
public sealed class Etcd3Tests
{
    private const string FolderVariable = "LUTRA_ETCD3_FOLDER";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(240);

    private static readonly string[] Expected =
    [
        "values are put, read, listed and deleted", "transactions take the right branch", "a software transaction counts without losing",
        "watches see what happens, and what happened", "leases keep keys, and take them with them", "a lock has one holder",
        "an election has one leader, and another when it resigns", "the cluster and its members answer", "refusals are the errors that it knows",
    ];

    [Fact]
    public Task The_npm_package_etcd3_works_against_three_nodes() => CheckAsync(new ThreeLutras());

    [Fact]
    public Task The_npm_package_etcd3_works_against_etcd_in_the_same_way() => CheckAsync(new OneEtcd());

    private static async Task CheckAsync(EtcdTarget target)
    {
        Tools.Require("node");
        var folder = Environment.GetEnvironmentVariable(FolderVariable);
        if (folder is null || !Directory.Exists(Path.Combine(folder, "node_modules", "etcd3")))
            Tools.Missing($"the npm package etcd3 is not in the folder that {FolderVariable} names (.ci/run installs it)", "etcd3");
        target.Require();
        await target.InitializeAsync();
        await using var disposed = target;
        var script = Path.Combine(Repository.Root(), "tests", "Lutra.Acceptance", "Clients", "etcd3", "check.js");
        using var node = Process.Start(new ProcessStartInfo("node", [script, .. target.Endpoints.Select(endpoint => $"http://{endpoint}")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var limit = new CancellationTokenSource(Patience);
        var (output, errors) = (node.StandardOutput.ReadToEndAsync(limit.Token), node.StandardError.ReadToEndAsync(limit.Token));
        try
        {
            await node.WaitForExitAsync(limit.Token);
            Assert.Equal(string.Join('\n', Expected), $"{await output}{await errors}".TrimEnd('\n'));
            Assert.Equal(0, node.ExitCode);
        }
        catch (OperationCanceledException)
        {
            node.Kill();
            Assert.Fail($"The script did not end within {Patience}.");
        }
    }
}
