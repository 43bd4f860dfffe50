using Lutra.Keyspace;
using Lutra.Keyspace.Auth;
using Lutra.Raft;
using Lutra.Storage.Scheduling;

namespace Lutra.Node.Apply;

/// <param name="Wake">There is work for the applier.</param>
/// <param name="Applied">Readers see everything up to this index.</param>
/// <param name="Published">Something became visible to readers.</param>
/// <param name="LeasesChanged">Entries did this to leases, in this order, and readers see it.</param>
/// <param name="AuthChanged">Entries did this to tokens and those who hold them, in this order; readers see those entries only afterwards.</param>
/// <param name="ConfigurationApplied">The configuration at this index is this one.</param>
/// <param name="StateInstalled">This state replaced everything, durably.</param>
internal sealed record ApplierEvents(
    Action<IStage> Wake,
    Action<LogIndex> Applied,
    Action Published,
    Action<IReadOnlyList<LeaseChange>> LeasesChanged,
    Action<IReadOnlyList<AuthEvent>> AuthChanged,
    Action<LogIndex, Configuration> ConfigurationApplied,
    Action<StateToInstall> StateInstalled);
