namespace Lutra.Raft.Tests.Harness;

/// <summary>
/// The disk of one node as plain data, with two images: <see cref="Durable"/> survives a power cut, <see cref="Written"/> is what the
/// node has submitted, and survives a kill. Writes complete in the order in which they were submitted.
/// </summary>
internal sealed class ModelDisk
{
    private readonly Queue<DiskWrite> pending = new();

    public HardState HardState { get; private set; }

    /// <summary>The state machine on disk: the position that it contains and the configuration there.</summary>
    public LogPosition Applied { get; private set; }

    public Configuration Configuration { get; private set; }

    public LogImage Durable { get; } = new();

    public LogImage Written { get; } = new();

    public IReadOnlyCollection<DiskWrite> Pending => pending;

    public ModelDisk(Configuration configuration) => Configuration = configuration;

    /// <summary>A disk on which an earlier life left these things; for tests that start in the middle of a story.</summary>
    public ModelDisk(Configuration configuration, HardState hardState, LogPosition applied, IReadOnlyList<Entry> entries)
        : this(configuration)
    {
        HardState = hardState;
        Applied = applied;
        Durable.StartAfter(entries.Count > 0 && entries[0].Index.Value == 1 ? LogPosition.Zero : applied);
        if (entries.Count > 0)
        {
            Durable.Append(entries);
        }

        Written.CopyFrom(Durable);
    }

    public void Submit(DiskWrite write)
    {
        if (write is LogWrite log)
        {
            Written.Append(log.Entries);
        }

        pending.Enqueue(write);
    }

    /// <summary>The oldest write becomes durable; null when none is under way.</summary>
    public DiskWrite? Complete()
    {
        if (!pending.TryDequeue(out var write))
        {
            return null;
        }

        if (write is HardStateWrite hardState)
        {
            HardState = hardState.HardState;
        }
        else if (write is LogWrite log)
        {
            AppendDurable(log.Entries);
        }

        return write;
    }

    /// <summary>The process dies and the machine goes on: what was submitted reaches the disk.</summary>
    public void Kill()
    {
        while (Complete() is not null)
        {
        }

        Written.CopyFrom(Durable);
    }

    /// <summary>
    /// The machine loses power: the first <paramref name="writesKept"/> pending writes had reached the disk, the rest is gone. With
    /// <paramref name="entriesKept"/> the next write is torn: the entries that it replaces are gone already, and so many of its own are
    /// there (pitfall L15).
    /// </summary>
    public void CutPower(int writesKept = 0, int? entriesKept = null)
    {
        while (writesKept-- > 0 && Complete() is not null)
        {
        }

        if (entriesKept is { } kept && pending.TryPeek(out var torn) && torn is LogWrite log)
        {
            AppendDurable(log.Entries);
            Durable.Truncate(new LogIndex(log.Entries[0].Index.Value + (ulong)kept));
        }

        pending.Clear();
        Written.CopyFrom(Durable);
    }

    /// <summary>What a node finds here when it starts.</summary>
    public Recovered Recover() => new(
        HardState, Applied, Configuration, Durable.Start, TermRuns(Durable.Entries.Where(entry => entry.Index <= Applied.Index)),
        [.. Durable.After(Applied.Index)]);

    /// <summary>The state machine's tables were written out: they now contain <paramref name="position"/>.</summary>
    public void FlushState(LogPosition position, Configuration configuration) => (Applied, Configuration) = (position, configuration);

    /// <summary>Drops the log up to and with <paramref name="position"/>, which the state on disk contains.</summary>
    public void CutLog(LogPosition position)
    {
        if (position.Index > Applied.Index)
        {
            throw new InvalidOperationException($"The log may be cut up to {Applied} only.");
        }

        Durable.StartAfter(position);
        Written.StartAfter(position);
    }

    /// <summary>A state from a peer is on disk, and the log follows it (pitfall S01).</summary>
    public void Install(LogPosition position, Configuration configuration)
    {
        FlushState(position, configuration);
        var keepsPending = Written.Holds(position);
        Durable.StartAfter(position);
        Written.StartAfter(position);
        if (!keepsPending)
        {
            // Submitted by a core that did not know yet that its log is void.
            var rest = pending.Where(write => write is not LogWrite).ToList();
            pending.Clear();
            rest.ForEach(pending.Enqueue);
        }
    }

    private void AppendDurable(IReadOnlyList<Entry> entries)
    {
        // A write that was under way while a state was installed may begin below the log's new start.
        var rest = entries.Where(entry => entry.Index > Durable.Start.Index).ToList();
        if (rest.Count > 0)
        {
            Durable.Append(rest);
        }
    }

    private static List<TermRun> TermRuns(IEnumerable<Entry> entries)
    {
        List<TermRun> runs = [];
        foreach (var entry in entries)
        {
            if (runs.Count == 0 || runs[^1].Term != entry.Term)
            {
                runs.Add(new TermRun(entry.Index, entry.Term));
            }
        }

        return runs;
    }
}
