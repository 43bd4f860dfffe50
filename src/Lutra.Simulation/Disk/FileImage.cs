namespace Lutra.Simulation.Disk;

/// <summary>
/// One file: what programs see, what is durable, and for every sector written since the last sync each version it had. A power cut may
/// leave any of them, sector by sector. Sectors are never changed once made, so copies of an image are cheap.
/// </summary>
internal sealed class FileImage
{
    public const int SectorBytes = 512;

    private static readonly byte[] Zeros = new byte[SectorBytes];

    // Walked in the order of the sectors where the order can reach any output.
    private readonly Dictionary<int, List<byte[]>> unsynced = [];
    // What durable sectors held before, one version back.
    private readonly Dictionary<int, byte[]> older = [];
    private byte[][] durable = [];
    private byte[][] current = [];
    private long durableLength;

    public long Length { get; private set; }

    public int Read(Span<byte> target, long offset)
    {
        var count = (int)Math.Clamp(Length - offset, 0, target.Length);
        for (var done = 0; done < count;)
        {
            var (sector, within) = ((int)((offset + done) / SectorBytes), (int)((offset + done) % SectorBytes));
            var piece = Math.Min(SectorBytes - within, count - done);
            current[sector].AsSpan(within, piece).CopyTo(target[done..]);
            done += piece;
        }
        return count;
    }

    public void Write(ReadOnlySpan<byte> source, long offset)
    {
        if (source.IsEmpty)
            return;
        Length = Math.Max(Length, offset + source.Length);
        EnsureSectors(ref current, Length);
        while (!source.IsEmpty)
        {
            var (sector, within) = ((int)(offset / SectorBytes), (int)(offset % SectorBytes));
            var piece = Math.Min(SectorBytes - within, source.Length);
            Replace(sector, Changed(current[sector], source[..piece], within));
            offset += piece;
            source = source[piece..];
        }
    }

    public void SetLength(long length)
    {
        // What lies behind a shorter end reads as zeros when the file grows again.
        for (var position = length; position < Length;)
        {
            var within = (int)(position % SectorBytes);
            var changed = current[(int)(position / SectorBytes)].ToArray();
            changed.AsSpan(within).Clear();
            Replace((int)(position / SectorBytes), changed);
            position += SectorBytes - within;
        }
        Length = length;
        EnsureSectors(ref current, length);
    }

    /// <summary>What a sync that begins now covers; later writes are not part of it.</summary>
    public PendingSync BeginSync() => new(Length, [.. unsynced.Select(pair => (pair.Key, pair.Value[^1]))]);

    public void CompleteSync(PendingSync sync)
    {
        durableLength = sync.Length;
        EnsureSectors(ref durable, durableLength);
        foreach (var (sector, version) in sync.Sectors)
        {
            if (sector < durable.Length)
            {
                older[sector] = durable[sector];
                durable[sector] = version;
            }
            if (!unsynced.TryGetValue(sector, out var versions))
                continue;
            versions.RemoveRange(0, versions.LastIndexOf(version) + 1);
            if (versions.Count == 0)
                unsynced.Remove(sector);
        }
    }

    /// <summary>The kernel could not write the pages and calls them clean: what was not durable is gone.</summary>
    public void DropUnsynced()
    {
        unsynced.Clear();
        current = durable.ToArray();
        Length = durableLength;
    }

    /// <summary>Every sector written since the last sync keeps one of its versions, the length is the old or the new one.</summary>
    public void PowerCut(Random random)
    {
        var length = random.Next(2) == 0 ? durableLength : Length;
        EnsureSectors(ref durable, length);
        foreach (var (sector, versions) in unsynced.OrderBy(pair => pair.Key))
        {
            var kept = random.Next(versions.Count + 1);
            if (kept > 0 && sector < durable.Length)
                durable[sector] = versions[kept - 1];
        }
        Array.Resize(ref durable, SectorsOf(length));
        if (length % SectorBytes is var rest and > 0)
        {
            durable[^1] = durable[^1].ToArray();
            durable[^1].AsSpan((int)rest).Clear();
        }
        durableLength = length;
        DropUnsynced();
    }

    /// <summary>Changes the medium itself: durable at once and seen by nobody's sync.</summary>
    public void Corrupt(long offset, byte mask)
    {
        var (sector, within) = ((int)(offset / SectorBytes), (int)(offset % SectorBytes));
        var changed = current[sector].ToArray();
        changed[within] ^= mask;
        current[sector] = changed;
        if (sector < durable.Length)
            durable[sector] = changed;
    }

    /// <summary>Sectors that were written and are durable, and hold something, in their order.</summary>
    public IEnumerable<int> WrittenSectors =>
        older.Keys.Where(sector => sector < durable.Length && sector < current.Length && !unsynced.ContainsKey(sector) && current[sector].AsSpan().ContainsAnyExcept((byte)0)).Order();

    /// <summary>The medium lost the last write of one of <see cref="WrittenSectors"/>, or all that the sector held.</summary>
    public void Lose(int sector, bool all) => current[sector] = durable[sector] = all ? Zeros : older[sector];

    public FileImage Copy()
    {
        var copy = new FileImage { Length = Length, durableLength = durableLength, current = current.ToArray(), durable = durable.ToArray() };
        foreach (var (sector, versions) in unsynced)
            copy.unsynced.Add(sector, [.. versions]);
        foreach (var (sector, version) in older)
            copy.older.Add(sector, version);
        return copy;
    }

    // Zero-filled space is most of a log and costs one shared sector here.
    private static byte[] Changed(byte[] sector, ReadOnlySpan<byte> source, int within)
    {
        if (source.Length == SectorBytes && !source.ContainsAnyExcept((byte)0))
            return Zeros;
        var changed = sector.ToArray();
        source.CopyTo(changed.AsSpan(within));
        return changed;
    }

    private static int SectorsOf(long length) => checked((int)((length + SectorBytes - 1) / SectorBytes));

    private static void EnsureSectors(ref byte[][] sectors, long length)
    {
        var had = sectors.Length;
        if (SectorsOf(length) <= had)
            return;
        Array.Resize(ref sectors, SectorsOf(length));
        sectors.AsSpan(had).Fill(Zeros);
    }

    private void Replace(int sector, byte[] changed)
    {
        current[sector] = changed;
        if (!unsynced.TryGetValue(sector, out var versions))
            unsynced.Add(sector, versions = []);
        versions.Add(changed);
    }

    internal sealed record PendingSync(long Length, (int Sector, byte[] Version)[] Sectors);
}
