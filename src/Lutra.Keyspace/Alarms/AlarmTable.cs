using Lutra.Storage.Tables;

namespace Lutra.Keyspace.Alarms;

/// <summary>The alarms that were raised by hand, in memory and in the tables. Applier only, but for what it loads.</summary>
internal sealed class AlarmTable(TableStore tables)
{
    private readonly ByteWriter value = new();

    public AlarmState State { get; private set; } = AlarmState.None;

    public static AlarmState Load(TableView view) =>
        view.TryGet(TableKeys.Alarms, ulong.MaxValue, out _, out var bytes) ? AlarmCodec.ReadState(bytes) : AlarmState.None;

    /// <summary>The tables hold this state.</summary>
    public void Begin(AlarmState state) => State = state;

    public Outcome Apply(AlarmCommand command, Revision revision, ulong index)
    {
        var after = command.Raises ? State.With(command.Alarm) : State.Without(command.Alarm);
        if (after.All.Length > KeyspaceLimits.AlarmsMax)
            return Outcome.Refused(LutraError.Overloaded, $"There are {KeyspaceLimits.AlarmsMax} alarms, and no more may be.");
        if (ReferenceEquals(after, State))
            return new Outcome(new AlarmResult(revision, IsThere: command.Raises), null);
        Marks.AlarmChanged.Hit();
        State = after;
        Put(tables, value, after, index);
        return new Outcome(new AlarmResult(revision, IsThere: true), null);
    }

    /// <summary>Alarms that were raised elsewhere.</summary>
    public static void Put(TableStore tables, ByteWriter value, AlarmState state, ulong index)
    {
        value.Clear();
        AlarmCodec.Write(value, state);
        tables.Put(TableKeys.Alarms, index, value.Written);
    }
}
