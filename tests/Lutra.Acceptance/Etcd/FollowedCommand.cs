using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Lutra.Acceptance.Etcd;

/// <summary>A command that goes on: its lines are read as they come, and it ends with the test.</summary>
internal sealed partial class FollowedCommand(Process process) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>The next line.</summary>
    public async Task<string> LineAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        return await process.StandardOutput.ReadLineAsync(limit.Token) ?? throw new EndOfStreamException(await process.StandardError.ReadToEndAsync(limit.Token));
    }

    public async Task<string[]> LinesAsync(int count)
    {
        var lines = new string[count];
        for (var at = 0; at < count; at++)
            lines[at] = await LineAsync();
        return lines;
    }

    public async Task TypeAsync(string line)
    {
        await process.StandardInput.WriteLineAsync(line);
        await process.StandardInput.FlushAsync();
    }

    /// <summary>SIGINT: as Ctrl+C at a terminal.</summary>
    public void Interrupt() => Assert.Equal(0, SendSignal(process.Id, 2));

    /// <summary>Waits for its end, and says what it wrote to its standard error.</summary>
    public async Task<string> ErrorsAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        var errors = await process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return errors;
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.WaitForExit();
        process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);
}
