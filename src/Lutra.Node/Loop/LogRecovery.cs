using Lutra.Keyspace;
using Lutra.Keyspace.Commands;
using Lutra.Raft;
using Lutra.Storage.Files;
using Lutra.Storage.Log;

namespace Lutra.Node.Loop;

/// <summary>Joins what the log and the tables held when the node started.</summary>
internal static class LogRecovery
{
    private const int ReadBytes = 4 * 1024 * 1024;

    public static Recovered Recover(ReplicatedLog log, KeyspaceStore keyspace)
    {
        var applied = keyspace.Applied;

        // A term is durable before the first entry of it: the file went back to what it was, and with it perhaps a vote (pitfall D08).
        if (log.Last.Index > log.Start.Index && log.Last.Term > log.HardState.Term)
        {
            throw new DamagedFileException(
                log.HardStatePath, 0, $"it says term {log.HardState.Term}, and the log holds entries of term {log.Last.Term}: a write of it was lost");
        }

        // A state was installed and the node died before its log followed: what the log holds is older or in conflict (pitfall S01).
        if (applied.Index > LogIndex.Zero && !Holds(log, applied))
        {
            Marks.DiedBetweenInstallAndLog.Hit();
            log.Reset(applied);
        }

        var tail = new List<Entry>();
        for (var next = applied.Index.Next; next <= log.Last.Index;)
        {
            var read = log.Read(next, log.Last.Index, ReadBytes);
            if (read.Count == 0 || read[0].Index != next)
                throw new DamagedFileException("log", 0, $"entry {next} is missing, though the log goes on to {log.Last}");
            tail.AddRange(read);
            next = read[^1].Index.Next;
        }

        var runs = log.TermRuns().Where(run => run.First <= applied.Index).ToArray();
        // A restored state, or one that was installed just before the process died, may stand in a term that the log has not seen: nothing was promised there
        // yet. It is as durable as the tables that say so.
        var hardState = log.HardState.Term < applied.Term ? new HardState(applied.Term, null) : log.HardState;
        return new Recovered(hardState, applied, keyspace.Configuration, log.Start, runs, tail);
    }

    /// <summary>Whether an entry is one that every cluster has, whatever is done in it.</summary>
    public static bool IsHousekeeping(Entry entry) => entry.Kind switch
    {
        EntryKind.Empty => true,
        EntryKind.Command => CommandCodec.Decode(entry.Payload).Command is SetFeatureLevelCommand,
        _ => false,
    };

    /// <summary>The last of the entries that is about users; 0: none is.</summary>
    public static LogIndex LastOfUsers(IReadOnlyList<Entry> tail)
    {
        for (var at = tail.Count - 1; at >= 0; at--)
        {
            if (tail[at] is { Kind: EntryKind.Command } entry && CommandCodec.IsOfUsers(entry.Payload.Span))
                return entry.Index;
        }

        return LogIndex.Zero;
    }

    /// <summary>Whether the log holds, or begins just after, this very position.</summary>
    public static bool Holds(ReplicatedLog log, LogPosition position)
    {
        if (log.Start == position)
            return true;
        if (position.Index <= log.Start.Index || position.Index > log.Last.Index)
            return false;
        var term = Term.Zero;
        foreach (var run in log.TermRuns())
        {
            if (run.First > position.Index)
                break;
            term = run.Term;
        }

        return term == position.Term;
    }
}
