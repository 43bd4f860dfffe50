using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Lutra.Acceptance.Processes;

/// <summary>strace, attached to a running node, lets calls to the system fail or take long.</summary>
internal sealed partial class FaultyCalls : IAsyncDisposable
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(60);

    private readonly string log = Path.GetTempFileName();
    private readonly Process strace;

    private FaultyCalls(int process, string calls, string fault)
    {
        strace = Process.Start(new ProcessStartInfo("strace")
        {
            ArgumentList = { "-f", "-y", "-qq", "-o", log, "-p", $"{process}", "-e", $"trace={calls}", "-e", $"inject={calls}:{fault}" },
        })!;
    }

    /// <param name="calls">Such as <c>fsync,fdatasync</c>.</param>
    /// <param name="fault">Such as <c>error=EIO:when=3</c>, in each thread, or <c>delay_enter=120s</c>.</param>
    public static async Task<FaultyCalls> AttachAsync(int process, string calls, string fault)
    {
        Tools.Require("strace");
        var faulty = new FaultyCalls(process, calls, fault);
        var started = Stopwatch.GetTimestamp();
        while (File.ReadLines($"/proc/{process}/status").Any(line => line is "TracerPid:\t0"))
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < patience && !faulty.strace.HasExited, "strace did not attach.");
            await Task.Delay(10);
        }

        return faulty;
    }

    /// <summary>The file of the first call that failed so far; null: none did.</summary>
    public string? Struck() => Injected().Match(ReadLog()) is { Success: true } found ? found.Groups[1].Value : null;

    public async ValueTask DisposeAsync()
    {
        if (!strace.HasExited)
            strace.Kill();
        await strace.WaitForExitAsync();
        strace.Dispose();
        File.Delete(log);
    }

    private string ReadLog()
    {
        using var reader = new StreamReader(new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"\(\d+<([^>]*)>.*\(INJECTED\)")]
    private static partial Regex Injected();
}
