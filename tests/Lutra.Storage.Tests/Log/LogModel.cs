using Lutra.Raft;
using Lutra.Storage.Log;

namespace Lutra.Storage.Tests.Log;

/// <summary>
/// A log as a list. Everything that was queued is one stream; a log that comes back after a crash must be what the stream made of it at
/// some point at or after the last acknowledgement.
/// </summary>
internal sealed class LogModel
{
    private readonly List<(bool IsReset, LogPosition Position)> stream = [];
    private int acknowledged;
    private LogPosition start;
    private LogPosition last;

    public ulong CutMax { get; private set; }

    public LogPosition Last => last;

    public LogPosition Start => start;

    public void Append(IEnumerable<Entry> entries)
    {
        foreach (var entry in entries)
        {
            stream.Add((false, entry.Position));
            last = entry.Position;
        }
    }

    public void Reset(LogPosition position)
    {
        stream.Add((true, position));
        (start, last) = (position, position);
        CutMax = Math.Max(CutMax, position.Index.Value);
    }

    public void Cut(LogPosition position) => CutMax = Math.Max(CutMax, position.Index.Value);

    public void Acknowledge(LogPosition position) => Acknowledge((false, position));

    public void StartMoved(LogPosition position)
    {
        if (position.Index > start.Index)
            start = position;
        if (stream.IndexOf((true, position), acknowledged) >= 0)
            Acknowledge((true, position));
    }

    /// <summary>Asserts that the log is one that may be here; the model goes on from it.</summary>
    public void RequireMatches(ReplicatedLog log)
    {
        var contents = LogFixture.Contents(log);
        Assert.True(log.Last.Index.Value - log.Start.Index.Value == (ulong)contents.Length, $"{log.Start}..{log.Last} gives {contents.Length} entries");
        for (var length = stream.Count; length >= acknowledged; length--)
        {
            if (!IsMadeBy(length, log, contents))
                continue;
            stream.RemoveRange(length, stream.Count - length);
            acknowledged = length;
            (start, last) = (log.Start, log.Last);
            return;
        }
        Assert.Fail($"The log {log.Start}..{log.Last} is no state at or after acknowledgement {acknowledged} of {stream.Count}: {string.Join(' ', contents)}");
    }

    private bool IsMadeBy(int length, ReplicatedLog log, string[] contents)
    {
        List<LogPosition> entries = [];
        var begin = LogPosition.Zero;
        foreach (var (isReset, position) in stream.Take(length))
        {
            if (isReset)
            {
                entries.Clear();
                begin = position;
                continue;
            }
            var at = (int)(position.Index.Value - begin.Index.Value - 1);
            entries.RemoveRange(at, entries.Count - at);
            entries.Add(position);
        }
        var dropped = (int)((long)log.Start.Index.Value - (long)begin.Index.Value);
        return dropped >= 0
            && dropped <= entries.Count
            && (dropped == 0 ? log.Start == begin : log.Start.Index.Value <= CutMax && log.Start == entries[dropped - 1])
            && contents.SequenceEqual(entries.Skip(dropped).Select(entry => entry.ToString()));
    }

    private void Acknowledge((bool IsReset, LogPosition Position) what)
    {
        var at = stream.IndexOf(what, acknowledged);
        if (at >= 0)
            acknowledged = at + 1;
    }
}
