namespace Lutra.Keyspace.Alarms;

/// <summary>
/// The bytes of alarms. In a command: u8 1 raised or 0 taken back, varint kind, varint member. In the tables, all that are raised: u8 layout (1), varint count, then
/// for each varint kind and varint member, in the order of these.
/// </summary>
internal static class AlarmCodec
{
    private const byte Layout = 1;

    // Two varints of at least a byte each.
    private const int AlarmBytesMin = 2;

    public static void Write(ByteWriter target, AlarmCommand command)
    {
        target.Byte(command.Raises ? (byte)1 : (byte)0);
        Write(target, command.Alarm);
    }

    public static AlarmCommand ReadCommand(ref ByteReader source)
    {
        var raises = source.Byte();
        return raises <= 1 ? new AlarmCommand(ReadAlarm(ref source), raises == 1) : throw new FormatException("an alarm is neither raised nor taken back");
    }

    public static void Write(ByteWriter target, AlarmState state)
    {
        target.Byte(Layout);
        target.Varint((ulong)state.All.Length);
        foreach (var alarm in state.All)
            Write(target, alarm);
    }

    /// <summary>Throws <see cref="FormatException"/> for what no keyspace has written.</summary>
    public static AlarmState ReadState(ReadOnlyMemory<byte> bytes)
    {
        var source = new ByteReader(bytes);
        if (source.Byte() != Layout)
            throw new FormatException("alarms have another layout");
        var state = AlarmState.None;
        for (var left = source.Count(AlarmBytesMin); left > 0; left--)
        {
            var alarm = ReadAlarm(ref source);
            if (state.All.Length == KeyspaceLimits.AlarmsMax || (state.All.Length > 0 && AlarmState.Compare(state.All[^1], alarm) >= 0))
                throw new FormatException("there are too many alarms, or they are not in order");
            state = state.With(alarm);
        }

        source.ExpectEnd();
        return state;
    }

    private static void Write(ByteWriter target, in Alarm alarm)
    {
        target.Varint((ulong)alarm.Kind);
        target.Varint(alarm.Member);
    }

    private static Alarm ReadAlarm(ref ByteReader source)
    {
        var kind = source.Varint();
        return kind is (ulong)AlarmKind.NoSpace or (ulong)AlarmKind.Corrupt
            ? new Alarm(source.Varint(), (AlarmKind)kind)
            : throw new FormatException($"alarm {kind} is not known");
    }
}
