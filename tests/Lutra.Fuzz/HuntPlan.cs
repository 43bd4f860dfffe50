namespace Lutra.Fuzz;

/// <summary>All hunts of one sitting, cut into pieces that the jobs take one after the other. A target with a finding is left alone from then on.</summary>
internal sealed class HuntPlan
{
    private const int Pieces = 200;

    private readonly Lock gate = new();
    private readonly Queue<(string Target, long First, long Count)> pieces = new();
    private readonly List<Finding> findings = [];
    private readonly SortedSet<string> found = new(StringComparer.Ordinal);
    private readonly List<Hunt> hunts = [];
    private readonly HuntOptions options;
    private long done;

    public HuntPlan(HuntOptions options)
    {
        this.options = options;
        var counts = options.Targets.ToDictionary(name => name, name => options.Targets.Count == 1 ? options.Inputs : FuzzTargets.CountFor(FuzzTargets.Open(name), options.Inputs));
        for (var piece = 0; piece < Pieces; piece++)
        {
            foreach (var (name, count) in counts)
            {
                var first = count * piece / Pieces;
                pieces.Enqueue((name, first, (count * (piece + 1) / Pieces) - first));
            }
        }

        Planned = counts.Values.Sum();
    }

    public long Planned { get; }

    public long Done => Interlocked.Read(ref done) + Hunts.Sum(hunt => hunt.IsWorking ? hunt.Done : 0);

    public IReadOnlyList<Finding> Findings
    {
        get
        {
            lock (gate)
                return [.. findings];
        }
    }

    public IReadOnlyList<Hunt> Hunts
    {
        get
        {
            lock (gate)
                return [.. hunts];
        }
    }

    /// <summary>Takes pieces until none is left. Each job has parsers of its own.</summary>
    public void Work()
    {
        var mine = new Dictionary<string, FuzzTarget>();
        while (Take() is { } piece)
        {
            if (!mine.TryGetValue(piece.Target, out var target))
                mine.Add(piece.Target, target = FuzzTargets.Open(piece.Target));
            var hunt = new Hunt(target, options.Seed);
            lock (gate)
                hunts.Add(hunt);
            var finding = hunt.Run(piece.First, piece.Count);
            lock (gate)
            {
                hunts.Remove(hunt);
                if (finding is not null && found.Add(finding.Target))
                {
                    findings.Add(finding);
                    Console.WriteLine($"{finding.SaveTo(options.Folder)}: {finding}");
                }
            }

            Interlocked.Add(ref done, hunt.Done);
        }
    }

    private (string Target, long First, long Count)? Take()
    {
        lock (gate)
        {
            while (pieces.TryDequeue(out var piece))
            {
                if (!found.Contains(piece.Target))
                    return piece;
            }

            return null;
        }
    }
}
