using System.Collections.Immutable;
using System.CommandLine;
using Lutra.Simulation.Runs;

namespace Lutra.Cli.Sim;

/// <summary>The options of `lutra sim`, and what they come to.</summary>
internal sealed class SimOptions
{
    private readonly Option<int> seeds = new("--seeds") { Description = "How many seeds to run", DefaultValueFactory = _ => 20 };
    private readonly Option<long?> seed = new("--seed") { Description = "Run this one alone: repeats a run exactly" };
    private readonly Option<long> start = new("--start") { Description = "The first of the seeds", DefaultValueFactory = _ => 1 };
    private readonly Option<int> jobs = new("--jobs") { Description = "How many seeds run at the same time", DefaultValueFactory = _ => 1 };
    private readonly Option<double?> seconds = new("--seconds") { Description = "How long faults go on, in seconds of virtual time; default: drawn, 10 to 60" };
    private readonly Option<string> area = new("--area") { Description = $"Worlds aimed at one part of the product. {NamesOf(WorldDraw.AreaNames)}", DefaultValueFactory = _ => "all" };
    private readonly Option<bool> failFast = new("--fail-fast") { Description = "Begin no run after the first that failed" };
    private readonly Option<int?> voters = new("--voters") { Description = "How many voters, 1 to 7; default: drawn" };
    private readonly Option<int?> clients = new("--clients") { Description = "How many clients for each workload, 1 to 16; default: drawn" };
    private readonly Option<string?> faults = new("--faults") { Description = $"Only these faults, with commas between them, or none; default: drawn. {NamesOf(WorldDraw.FaultNames)}" };
    private readonly Option<string?> workloads = new("--workloads") { Description = $"Only these workloads; default: drawn. {NamesOf(WorldDraw.WorkloadNames)}" };
    private readonly Option<string?> core = new("--core") { Description = "Who is left after healing: majority or all; default: drawn" };
    private readonly Option<string?> damage = new("--damage") { Description = "Disks are damaged within what the cluster must bear, or beyond it: within, beyond; default: drawn" };

    private readonly Option<bool> trace = new("--trace") { Description = "With --seed: print what was done to the nodes and what they said" };
    private readonly Option<bool> fingerprints = new("--fingerprints") { Description = "Print a number for each seed that is equal wherever the same code runs it" };
    private readonly Option<int> minimise = new("--minimise") { Description = "How many runs may be spent on making the first failing world smaller; 0: none", DefaultValueFactory = _ => 200 };
    private readonly Option<string> report = new("--report") { Description = $"The folder for what failing seeds leave to look at, at most {SimReports.Max}; none: nothing is written", DefaultValueFactory = _ => "sim-reports" };
    private readonly Option<bool> marks = new("--marks") { Description = "Print how many runs reached each of the rare places in the code" };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { seeds, seed, start, jobs, seconds, area, failFast, voters, clients, faults, workloads, core, damage, trace, marks, fingerprints, minimise, report })
            command.Options.Add(option);
    }

    /// <summary>What is wrong with the options; null: nothing.</summary>
    public string? Read(ParseResult parsed, out SimPlan plan)
    {
        var one = parsed.GetValue(seed);
        plan = new SimPlan(
            (ulong)(one ?? parsed.GetValue(start)), one is null ? parsed.GetValue(seeds) : 1, parsed.GetValue(jobs),
            parsed.GetValue(seconds) is { } given ? TimeSpan.FromSeconds(given) : null)
        {
            Area = parsed.GetValue(area)!,
            StopsAtFailure = parsed.GetValue(failFast),
            Voters = parsed.GetValue(voters),
            Clients = parsed.GetValue(clients),
            Faults = Split(parsed.GetValue(faults)),
            Workloads = Split(parsed.GetValue(workloads)),
            BareMajority = parsed.GetValue(core) is { } left ? left == "majority" : null,
            IsTraced = parsed.GetValue(trace),
            WithMarks = parsed.GetValue(marks),
            MinimiseRuns = parsed.GetValue(minimise),
            ReportFolder = parsed.GetValue(report) is { } folder && folder != "none" ? folder : null,
            WithFingerprints = parsed.GetValue(fingerprints),
            BeyondBudget = parsed.GetValue(damage) is { } extent ? extent == "beyond" : null,
        };
        if (plan.Count < 1 || (one ?? parsed.GetValue(start)) < 0 || plan.Jobs is < 1 or > 64 || plan.FaultsFor <= TimeSpan.Zero)
            return "--seeds and --seconds must be above 0, seeds at least 0, and --jobs from 1 to 64.";
        if (plan.MinimiseRuns < 0)
            return "--minimise must be at least 0.";
        if (plan.IsTraced && one is null)
            return "--trace needs --seed.";
        if (plan.Voters is < 1 or > 7 || plan.Clients is < 1 or > 16)
            return "--voters must be from 1 to 7, and --clients from 1 to 16.";
        if (!WorldDraw.AreaNames.Contains(plan.Area))
            return $"There is no area \"{plan.Area}\". {NamesOf(WorldDraw.AreaNames)}";
        if (parsed.GetValue(core) is not (null or "majority" or "all"))
            return "--core is either majority or all.";
        if (parsed.GetValue(damage) is not (null or "within" or "beyond"))
            return "--damage is either within or beyond.";
        if (plan.Faults is { } named && named.Except(WorldDraw.FaultNames).FirstOrDefault() is { } fault)
            return $"There is no fault \"{fault}\". {NamesOf(WorldDraw.FaultNames)}";
        if (plan.Workloads is { } chosen && (chosen.IsEmpty || chosen.Except(WorldDraw.WorkloadNames).Any()))
            return $"--workloads takes names of workloads. {NamesOf(WorldDraw.WorkloadNames)}";
        return null;
    }

    private static ImmutableArray<string>? Split(string? names) => names switch
    {
        null => null,
        "none" => [],
        _ => [.. names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)],
    };

    private static string NamesOf(ImmutableArray<string> names) => $"Known: {string.Join(", ", names)}.";
}
