using Lutra.Keyspace.Commands;
using Lutra.Storage.Tables;

namespace Lutra.Keyspace;

/// <summary>
/// Sessions and the answers of their last commands, in the tables: (session, sequence) is carried out at most once (pitfall C01).
/// </summary>
internal sealed class SessionTable(TableStore tables)
{
    private readonly ByteWriter value = new();

    /// <summary>The session under this number, open or lately ended; null where there is none to remember.</summary>
    public SessionRecord? Find(ulong session, long timeMillis)
    {
        Span<byte> key = stackalloc byte[TableKeys.SessionBytes];
        TableKeys.WriteSession(key, session);
        if (!tables.TryGet(key, ulong.MaxValue, out _, out var bytes))
            return null;
        var record = SessionRecord.Read(bytes);
        return record.IsForgotten(timeMillis) ? null : record;
    }

    /// <summary>The answer kept under a sequence number of the session; null where that number was not used yet.</summary>
    public Outcome? FindAnswer(ulong session, in SessionRecord record, ulong sequence)
    {
        Span<byte> key = stackalloc byte[TableKeys.AnswerBytes];
        TableKeys.WriteAnswer(key, session, sequence);
        var found = tables.TryGet(key, ulong.MaxValue, out var version, out var bytes) && version >= record.OpenedAt;
        return found ? OutcomeCodec.Read(bytes) : null;
    }

    public void Put(ulong session, in SessionRecord record, ulong index)
    {
        Span<byte> key = stackalloc byte[TableKeys.SessionBytes];
        TableKeys.WriteSession(key, session);
        value.Clear();
        record.Write(value);
        tables.Put(key, index, value.Written);
    }

    public void PutAnswer(ulong session, ulong sequence, in Outcome outcome, ulong index)
    {
        Span<byte> key = stackalloc byte[TableKeys.AnswerBytes];
        TableKeys.WriteAnswer(key, session, sequence);
        value.Clear();
        OutcomeCodec.Write(value, outcome);
        tables.Put(key, index, value.Written);
    }

    /// <summary>Opens a session, or takes the sign of life of an open one; <paramref name="state"/> counts the open ones.</summary>
    public Outcome Open(OpenSessionCommand command, ref StateRecord state, ulong index)
    {
        switch (Find(command.Session, state.TimeMillis))
        {
            case { IsOpen: true } open:
                Put(command.Session, open with { TtlMillis = command.TtlMillis, LastUsedMillis = state.TimeMillis }, index);
                return default;
            case { IsOpen: false }:
                Marks.EndedSessionOpened.Hit();
                return Outcome.Refused(LutraError.SessionExpired, $"Session {command.Session:x} has ended; open one under another number.");
        }

        if (state.OpenSessions >= KeyspaceLimits.SessionsMax)
        {
            return Outcome.Refused(
                LutraError.Overloaded, $"{state.OpenSessions} sessions are open, and no more than {KeyspaceLimits.SessionsMax} may be.");
        }

        Put(command.Session, new SessionRecord(IsOpen: true, index, command.TtlMillis, state.TimeMillis, HighestSequence: 0), index);
        state = state with { OpenSessions = state.OpenSessions + 1 };
        return default;
    }

    /// <summary>Ends a session; none is no error, since a repeat finds none.</summary>
    public Outcome Close(CloseSessionCommand command, ref StateRecord state, ulong index)
    {
        if (Find(command.Session, state.TimeMillis) is not { IsOpen: true } open)
            return default;
        if (command.LastUsedMillis is { } lastUsedMillis && open.LastUsedMillis > lastUsedMillis)
        {
            Marks.SessionUsedSinceItsEnd.Hit();
            return Outcome.Refused(LutraError.InvalidArgument, $"Session {command.Session:x} was used since, and goes on.");
        }
        Put(command.Session, open with { IsOpen = false, LastUsedMillis = state.TimeMillis }, index);
        state = state with { OpenSessions = state.OpenSessions - 1 };
        return default;
    }
}
