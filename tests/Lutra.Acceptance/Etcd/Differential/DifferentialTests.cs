using System.Text;
using Lutra.Acceptance.Faults;

namespace Lutra.Acceptance.Etcd.Differential;

/// <summary>
/// The same requests, valid and not, to etcd itself and to Lutra: answers are equal but for ids, times and what <see cref="VersionDifferences"/> lists. A sequence
/// follows from its seed alone. LUTRA_DIFFERENTIAL_REQUESTS says how many requests, LUTRA_DIFFERENTIAL_SEED the seed of the first sequence.
/// </summary>
public sealed class DifferentialTests : IAsyncLifetime
{
    private const int StepsOfSequence = 60;
    private const int ReportsMax = 5;

    private readonly OneLutra lutra = new();
    private readonly OneEtcd etcd = new();

    public async ValueTask InitializeAsync() => await Task.WhenAll(lutra.InitializeAsync().AsTask(), etcd.InitializeAsync().AsTask());

    public async ValueTask DisposeAsync()
    {
        await lutra.DisposeAsync();
        await etcd.DisposeAsync();
    }

    [Fact]
    public async Task Whatever_is_asked_etcd_and_Lutra_answer_the_same()
    {
        etcd.Require();
        using var pair = new StorePair(etcd.Endpoints[0], lutra.Endpoints[0]);
        var requests = Amount.Of("LUTRA_DIFFERENTIAL_REQUESTS", 10_000);
        var seed = Amount.Of("LUTRA_DIFFERENTIAL_SEED", 1);
        var reports = new List<string>();
        for (; pair.Asked < requests && reports.Count < ReportsMax; seed++)
        {
            var sequence = new StepDraw(seed).Sequence(StepsOfSequence);
            if (await pair.RunAsync(sequence) is { } found)
                reports.Add(await ReportAsync(pair, seed, sequence, found));
        }

        Assert.True(reports.Count == 0, string.Join("\n\n", reports));
    }

    private static async Task<string> ReportAsync(StorePair pair, int seed, IReadOnlyList<Step> sequence, Disagreement found)
    {
        var (smallest, disagreement) = await Minimiser.ReduceAsync(pair, sequence, found);
        var text = new StringBuilder($"They differ at the last of {smallest.Count} steps of the sequence {seed}:\n");
        foreach (var step in smallest)
            text.Append(CutAt($"    {step}", 2000)).Append('\n');
        return text.Append($"  etcd:\n        {disagreement.Theirs}\n  Lutra:\n        {disagreement.Ours}\n")
            .Append($"Again: LUTRA_DIFFERENTIAL_SEED={seed} LUTRA_DIFFERENTIAL_REQUESTS=1 dotnet test tests/Lutra.Acceptance --filter FullyQualifiedName~Differential")
            .ToString();
    }

    private static string CutAt(string text, int length) => text.Length <= length ? text : $"{text[..length]}...";
}
