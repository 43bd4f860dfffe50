namespace Lutra.Client.Retry;

/// <summary>
/// Whose turn it is among the servers of a call. Each is asked once a round, in their order; one that a refusal names goes before the others that are left of the
/// round. So a hint saves tries where it is right and, where it is not, keeps nobody from being asked.
/// </summary>
internal struct EndpointTurns
{
    private readonly int count;
    private bool[]? asked;
    private int left;
    private int inOrder;

    /// <param name="count">How many servers there are, from 1.</param>
    /// <param name="first">The index of the one that is asked first.</param>
    public EndpointTurns(int count, int first)
    {
        this.count = left = count;
        Current = inOrder = first;
    }

    public int Current { get; private set; }

    /// <summary>The current one could not do it.</summary>
    /// <param name="hinted">The index of the one that it named; null: none.</param>
    public void Next(int? hinted)
    {
        asked ??= new bool[count];
        asked[Current] = true;
        if (--left == 0)
        {
            Array.Clear(asked);
            left = count;
        }

        if (hinted is { } named && named != Current && !asked[named])
        {
            Current = named;
            return;
        }

        do
            inOrder = (inOrder + 1) % count;
        while (asked[inOrder]);
        Current = inOrder;
    }
}
