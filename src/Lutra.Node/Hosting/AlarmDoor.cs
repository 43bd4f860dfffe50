using Lutra.Keyspace;
using Lutra.Keyspace.Alarms;
using Lutra.Keyspace.Auth;
using Lutra.Node.Loop;

namespace Lutra.Node.Hosting;

/// <summary>Where alarms that are raised by hand, and taken back, enter the node.</summary>
internal sealed class AlarmDoor(NodeLoop loop, WriteDoor writes)
{
    /// <summary>As readers of this node see them now.</summary>
    public AlarmState State => loop.Replica?.Keyspace.Alarms ?? AlarmState.None;

    /// <summary>Whether the alarm is raised now, or was taken back by this.</summary>
    public async ValueTask<bool> ChangeAsync(Alarm alarm, bool raises, Caller caller, CancellationToken cancellationToken)
    {
        await writes.AgreedAsync(KeyspaceLimits.AlarmFeatureLevel, cancellationToken);
        return ((AlarmResult)await writes.Write(new AlarmCommand(alarm, raises), default, caller).AsTask().WaitAsync(cancellationToken)).IsThere;
    }
}
