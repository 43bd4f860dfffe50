using Lutra.Keyspace.Alarms;

namespace Lutra.Keyspace.Snapshots.Etcd;

/// <summary>An alarm in etcd's files: the key of its record is the message, field 1 the member and 2 the kind, and the value is empty.</summary>
internal static class EtcdAlarm
{
    /// <summary>More records than may be alarms here: etcd keeps those of kinds that mean nothing, too.</summary>
    public const int RecordsMax = 10_000;

    public static void Write(ByteWriter key, in Alarm alarm)
    {
        EtcdMessage.Number(key, 1, (long)alarm.Member);
        EtcdMessage.Number(key, 2, (long)alarm.Kind);
    }

    /// <summary>Null: of a kind that has no effect.</summary>
    public static Alarm? Read(ReadOnlyMemory<byte> key)
    {
        var (member, kind) = (0UL, 0L);
        var source = new EtcdMessageReader(key);
        while (source.Next() is > 0 and var field)
        {
            if (field == 1)
                member = (ulong)source.Number();
            else if (field == 2)
                kind = source.Number();
            else
                source.Skip();
        }

        return kind is (long)AlarmKind.NoSpace or (long)AlarmKind.Corrupt ? new Alarm(member, (AlarmKind)kind) : null;
    }

    public static AlarmState ReadAll(IEnumerable<byte[]> keys)
    {
        var state = AlarmState.None;
        foreach (var key in keys)
        {
            if (Read(key) is not { } alarm)
                continue;
            state = state.With(alarm);
            if (state.All.Length > KeyspaceLimits.AlarmsMax)
                throw new FormatException($"there are more alarms than {KeyspaceLimits.AlarmsMax}");
        }

        return state;
    }
}
