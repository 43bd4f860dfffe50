using System.Diagnostics;
using System.Globalization;
using Lutra.Server.Hosting;

namespace Lutra.Server.Metrics;

/// <summary>The process, under the names that Prometheus clients agree on (process_…), and its runtime (dotnet_…).</summary>
internal sealed class ProcessMetrics
{
    private readonly double startSeconds = StartSeconds();

    public void Write(MetricsText text)
    {
        text.One("process_cpu_seconds_total", MetricKind.Counter, "Processor time used, in user and system mode.", Environment.CpuUsage.TotalTime.TotalSeconds);
        text.One("process_resident_memory_bytes", MetricKind.Gauge, "Memory of the process that is in RAM.", Environment.WorkingSet);
        text.One("process_virtual_memory_bytes", MetricKind.Gauge, "Address space of the process; Linux only.", VirtualBytes());
        text.One("process_start_time_seconds", MetricKind.Gauge, "When the process started, in Unix time.", startSeconds);
        text.One("process_open_fds", MetricKind.Gauge, "Open file descriptors; Linux only.", OpenFiles());
        text.One("process_max_fds", MetricKind.Gauge, "How many there may be; Linux only.", OpenFileLimit.Current());
        text.One("os_fd_used", MetricKind.Gauge, "The same as process_open_fds, as etcd calls it.", OpenFiles());
        text.One("os_fd_limit", MetricKind.Gauge, "The same as process_max_fds, as etcd calls it.", OpenFileLimit.Current());
        text.One("dotnet_gc_heap_bytes", MetricKind.Gauge, "The managed heap, as of the last collection.", GC.GetGCMemoryInfo().HeapSizeBytes);
        text.One("dotnet_gc_allocated_bytes_total", MetricKind.Counter, "Bytes allocated on the managed heap.", GC.GetTotalAllocatedBytes());
        text.One("dotnet_gc_pause_seconds_total", MetricKind.Counter, "How long collections held the process up.", GC.GetTotalPauseDuration().TotalSeconds);
        text.Family("dotnet_gc_collections_total", MetricKind.Counter, "Garbage collections, by generation.");
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
            text.Sample(CollectionsOf(generation), "generation", generation.ToString(CultureInfo.InvariantCulture));
        text.One("dotnet_threadpool_threads", MetricKind.Gauge, "Threads of the pool.", ThreadPool.ThreadCount);
        text.One("dotnet_threadpool_queue_length", MetricKind.Gauge, "Work items that wait for a thread of the pool.", ThreadPool.PendingWorkItemCount);
    }

    // The runtime counts a collection of a generation as one of every younger generation, too.
    private static int CollectionsOf(int generation) =>
        GC.CollectionCount(generation) - (generation < GC.MaxGeneration ? GC.CollectionCount(generation + 1) : 0);

    private static double StartSeconds()
    {
        using var process = Process.GetCurrentProcess();
        return (process.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds;
    }

    private static double? VirtualBytes()
    {
        try
        {
            // The first number is the whole size, in pages.
            return OperatingSystem.IsLinux()
                ? double.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[0], CultureInfo.InvariantCulture) * Environment.SystemPageSize
                : null;
        }
        catch (Exception noneLeft) when (noneLeft is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }

    private static double? OpenFiles()
    {
        try
        {
            // The one that reads the folder is counted, too.
            return OperatingSystem.IsLinux() ? Directory.EnumerateFileSystemEntries("/proc/self/fd").Count() - 1 : null;
        }
        catch (Exception noneLeft) when (noneLeft is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
