using Lutra.Raft;
using Lutra.Storage.Scheduling;

namespace Lutra.Node.Apply;

/// <param name="Wake">There is work for the applier.</param>
/// <param name="Applied">Readers see everything up to this index.</param>
/// <param name="ConfigurationApplied">The configuration at this index is this one.</param>
/// <param name="StateInstalled">This state replaced everything, durably.</param>
internal sealed record ApplierEvents(
    Action<IStage> Wake, Action<LogIndex> Applied, Action<LogIndex, Configuration> ConfigurationApplied, Action<StateToInstall> StateInstalled);
