using Lutra.Raft;

namespace Lutra.Simulation.Coverage;

/// <summary>In how many runs each mark was hit.</summary>
public sealed class MarkTally
{
    private readonly int[] runsThatHit = new int[MarkCatalogue.All.Count];

    public int Runs { get; private set; }

    public int Hit => runsThatHit.Count(runs => runs > 0);

    public void Add(MarkSheet sheet)
    {
        ArgumentNullException.ThrowIfNull(sheet);
        Runs++;
        for (var at = 0; at < runsThatHit.Length; at++)
            runsThatHit[at] += sheet.Has(MarkCatalogue.All[at].Mark) ? 1 : 0;
    }

    /// <summary>The marks of a class that no run hit.</summary>
    public IReadOnlyList<NamedMark> Missing(MarkClass expected) => [.. MarkCatalogue.All.Where((mark, at) => mark.Mark.Expected == expected && runsThatHit[at] == 0)];

    /// <summary>The mark and the part of the runs that hit it, by name.</summary>
    public IEnumerable<(NamedMark Mark, int Runs)> All => MarkCatalogue.All.Select((mark, at) => (mark, runsThatHit[at]));
}
