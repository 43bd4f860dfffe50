namespace Lutra.Storage.Tables;

/// <summary>Walks one tree of a table: a way from the root through the index blocks to an entry, and how it changes.</summary>
/// <param name="fillCache">False for who reads everything once: it would only drive out what others ask for again.</param>
internal sealed class TableFileCursor(TableTree tree, bool fillCache) : EntryCursor
{
    // The way: the root first, last a block of entries; beside each the entry on the way.
    private readonly Block[] blocks = new Block[tree.IndexLevels + 1];
    private readonly int[] places = new int[tree.IndexLevels + 1];
    private bool isValid;

    public override bool IsValid => isValid;

    public override ReadOnlySpan<byte> Key => blocks[Bottom].Key(places[Bottom]);

    public override ulong Version => blocks[Bottom].Version(places[Bottom]);

    public override ReadOnlyMemory<byte> Value => blocks[Bottom].Value(places[Bottom]);

    private int Bottom => tree.IndexLevels;

    public override void Seek(ReadOnlySpan<byte> key, ulong version)
    {
        isValid = false;
        blocks[0] = tree.Root();
        for (var level = 0; ; level++)
        {
            places[level] = blocks[level].FirstFrom(key, version);
            // Only at the root: below it the index knows the last entry of each block.
            if (places[level] == blocks[level].Count)
                return;
            if (level == Bottom)
                break;
            Enter(level);
        }
        isValid = true;
    }

    public override void SeekBefore(ReadOnlySpan<byte> key, ulong version)
    {
        Seek(key, version);
        if (isValid)
            Previous();
        else
            Last();
    }

    public override void Next()
    {
        var level = Bottom;
        while (level >= 0 && places[level] == blocks[level].Count - 1)
            level--;
        isValid = level >= 0;
        if (!isValid)
            return;
        places[level]++;
        for (; level < Bottom; level++)
        {
            Enter(level);
            places[level + 1] = 0;
        }
    }

    public override void Previous()
    {
        var level = Bottom;
        while (level >= 0 && places[level] == 0)
            level--;
        isValid = level >= 0;
        if (!isValid)
            return;
        places[level]--;
        for (; level < Bottom; level++)
        {
            Enter(level);
            places[level + 1] = blocks[level + 1].Count - 1;
        }
    }

    private void Last()
    {
        blocks[0] = tree.Root();
        places[0] = blocks[0].Count - 1;
        for (var level = 0; level < Bottom; level++)
        {
            Enter(level);
            places[level + 1] = blocks[level + 1].Count - 1;
        }
        isValid = true;
    }

    private void Enter(int level) => blocks[level + 1] = tree.Child(blocks[level], places[level], fillCache);
}
