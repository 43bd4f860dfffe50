namespace Lutra.Raft;

/// <summary>The marks that were hit on one thread from <see cref="Begin"/> to <see cref="End"/>: those of one run of the simulator, which has one thread.</summary>
public sealed class MarkSheet
{
    [ThreadStatic]
    private static MarkSheet? ofThisThread;

    // Asked, and never walked: its order cannot reach any output.
    private readonly HashSet<Mark> hit = new(ReferenceEqualityComparer.Instance);

    private MarkSheet()
    {
    }

    internal static MarkSheet? OfThisThread => ofThisThread;

    public static MarkSheet Begin() => ofThisThread = new MarkSheet();

    public static void End() => ofThisThread = null;

    public bool Has(Mark mark) => hit.Contains(mark);

    internal void Add(Mark mark) => hit.Add(mark);
}
