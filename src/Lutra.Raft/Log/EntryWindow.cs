namespace Lutra.Raft;

/// <summary>The newest entries of the log with their payloads, in a ring: what is not yet durable or applied, and some that were applied.</summary>
internal sealed class EntryWindow(LogIndex first)
{
    private Entry[] ring = new Entry[64];
    private int head;

    public LogIndex First { get; private set; } = first;

    public int Count { get; private set; }

    /// <summary>The index just after the last entry.</summary>
    public LogIndex End => new(First.Value + (ulong)Count);

    public bool Contains(LogIndex index) => index >= First && index < End;

    public ref readonly Entry this[LogIndex index]
    {
        get
        {
            Invariant.Holds(Contains(index), "Only entries in the window are read from memory.");
            return ref ring[Slot((int)(index.Value - First.Value))];
        }
    }

    public void Append(in Entry entry)
    {
        Invariant.Holds(entry.Index == End, "Entries follow each other without a gap.");
        if (Count == ring.Length)
            Grow();
        ring[Slot(Count)] = entry;
        Count++;
    }

    public void TruncateFrom(LogIndex index)
    {
        Invariant.Holds(index >= First, "What left the window is durable and applied, and never truncated.");
        while (End > index)
        {
            Count--;
            ring[Slot(Count)] = default;
        }
    }

    /// <summary>Lets go of the entries before <paramref name="index"/>.</summary>
    public void DropBefore(LogIndex index)
    {
        while (Count > 0 && First < index)
        {
            ring[head] = default;
            head = Slot(1);
            First = First.Next;
            Count--;
        }
    }

    /// <summary>Empties the window; the next entry is <paramref name="next"/>.</summary>
    public void Reset(LogIndex next)
    {
        Array.Clear(ring);
        head = 0;
        Count = 0;
        First = next;
    }

    public void CopyTo(LogIndex from, Span<Entry> target)
    {
        Invariant.Holds(from >= First && from.Value + (ulong)target.Length <= End.Value, "Only entries in the window are read from memory.");
        var start = Slot((int)(from.Value - First.Value));
        var beforeWrap = Math.Min(target.Length, ring.Length - start);
        ring.AsSpan(start, beforeWrap).CopyTo(target);
        ring.AsSpan(0, target.Length - beforeWrap).CopyTo(target[beforeWrap..]);
    }

    private int Slot(int offset)
    {
        var slot = head + offset;
        return slot < ring.Length ? slot : slot - ring.Length;
    }

    private void Grow()
    {
        var larger = new Entry[ring.Length * 2];
        CopyTo(First, larger.AsSpan(0, Count));
        ring = larger;
        head = 0;
    }
}
