namespace Lutra.Acceptance.Links;

/// <summary>The state of every link, each way on its own. Nodes count from 0; clients are one more node behind the last.</summary>
internal sealed class Weather(int nodes)
{
    private readonly LinkState[,] states = All(nodes + 1);

    /// <summary>Something became cut: connections look again.</summary>
    public event Action? Changed;

    public int Nodes => nodes;

    /// <summary>The number under which clients stand.</summary>
    public int Clients => nodes;

    public LinkState this[int from, int to]
    {
        get => Volatile.Read(ref states[from, to]);
        set
        {
            Volatile.Write(ref states[from, to], value);
            Changed?.Invoke();
        }
    }

    public bool IsCut(int one, int other) => this[one, other].IsCut || this[other, one].IsCut;

    /// <summary>Sets all links between nodes to what <paramref name="state"/> says of them, from and to.</summary>
    public void Set(Func<int, int, LinkState> state)
    {
        for (var from = 0; from < nodes; from++)
        {
            for (var to = 0; to < nodes; to++)
                Volatile.Write(ref states[from, to], state(from, to));
        }

        Changed?.Invoke();
    }

    /// <summary>Everything passes again between nodes.</summary>
    public void Clear() => Set((_, _) => LinkState.Clear);

    /// <summary>Nodes hear each other only where <paramref name="hears"/> says so (who, whom); cut where neither does, held where one does.</summary>
    public void Partition(Func<int, int, bool> hears) => Set((from, to) =>
        hears(to, from) ? LinkState.Clear : hears(from, to) ? new LinkState { IsHeld = true } : new LinkState { IsCut = true });

    private static LinkState[,] All(int count)
    {
        var all = new LinkState[count, count];
        for (var from = 0; from < count; from++)
        {
            for (var to = 0; to < count; to++)
                all[from, to] = LinkState.Clear;
        }

        return all;
    }
}
