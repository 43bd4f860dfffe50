using Lutra.Keyspace.Commands;

namespace Lutra.Keyspace.Alarms;

/// <summary>Raises an alarm, or takes one back. What is so already stays so.</summary>
public sealed record AlarmCommand(Alarm Alarm, bool Raises) : Command;

/// <param name="IsThere">The alarm that was named is raised now, or was taken back by this; false: there was none to take back.</param>
public sealed record AlarmResult(Revision Revision, bool IsThere) : OperationResult(Revision);
