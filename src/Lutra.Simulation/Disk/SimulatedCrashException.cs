namespace Lutra.Simulation.Disk;

/// <summary>
/// The machine or the process is gone: thrown by the operation at which it crashed and by every later one of the same mount. Not a
/// <see cref="Storage.Files.DiskException"/>, so that no product code mistakes it for an error of the disk.
/// </summary>
public sealed class SimulatedCrashException(string message) : Exception(message);
