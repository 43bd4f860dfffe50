using System.Diagnostics.Metrics;

namespace Lutra.Storage.Files;

/// <summary>What the disk is asked to do, for whoever listens to the meter "Lutra".</summary>
internal static class DiskMeter
{
    private static readonly Meter Lutra = new("Lutra");

    /// <summary>Writes that were waited for until they were durable: with many writers, far fewer than writes.</summary>
    public static readonly Counter<long> Syncs = Lutra.CreateCounter<long>("lutra.disk.syncs");
}
