namespace Lutra.Raft.Tests.Harness;

/// <summary>What happened, a line each. Scenarios take the lines of a command; a failure shows the last ones.</summary>
internal sealed class Trace
{
    private const int KeptMax = 60;
    private readonly Queue<string> recent = new();
    private readonly List<string> taken = [];

    /// <summary>FNV-1a over every line so far: equal for equal runs.</summary>
    public ulong Hash { get; private set; } = 14695981039346656037;

    /// <summary>Whether lines are kept until <see cref="Take"/>.</summary>
    public bool IsRecording { get; set; }

    public void Add(string line)
    {
        foreach (var character in line)
        {
            Hash = (Hash ^ character) * 1099511628211;
        }

        recent.Enqueue(line);
        if (recent.Count > KeptMax)
        {
            recent.Dequeue();
        }

        if (IsRecording)
        {
            taken.Add(line);
        }
    }

    /// <summary>The lines recorded since the last call.</summary>
    public IReadOnlyList<string> Take()
    {
        IReadOnlyList<string> lines = [.. taken];
        taken.Clear();
        return lines;
    }

    /// <summary>The last lines, for the message of a failure.</summary>
    public string Recent() => string.Join(Environment.NewLine, recent);
}
