namespace Lutra.Simulation.Workloads.Quota;

/// <summary>What a request needs of the store, as quotas and alarms tell them apart.</summary>
internal enum Need
{
    /// <summary>A read.</summary>
    Nothing,

    /// <summary>It changes the store, and takes at most as much room as it gives back.</summary>
    Change,

    /// <summary>It makes the store larger: puts and new leases.</summary>
    Room,
}
