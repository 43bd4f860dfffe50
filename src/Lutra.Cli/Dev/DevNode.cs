using System.Diagnostics;

namespace Lutra.Cli.Dev;

/// <summary>One node of <c>lutra dev</c>: a process of its own, whose log goes to a file.</summary>
/// <param name="peers">Whom it finds its cluster by.</param>
internal sealed class DevNode(DevSeat seat, string folder, string peers) : IDisposable
{
    private readonly Lock gate = new();
    private Process? process;
    private StreamWriter? log;

    public DevSeat Seat => seat;

    public int Number => seat.Number;

    public string Address => seat.ClientAddress;

    public string LogPath => Path.Combine(folder, $"node{Number}.log");

    public bool IsRunning
    {
        get
        {
            lock (gate)
                return process is { HasExited: false };
        }
    }

    /// <summary>Starts the process; false where it runs.</summary>
    public bool Start()
    {
        lock (gate)
        {
            if (process is { HasExited: false })
                return false;
            process?.Dispose();
            log ??= new StreamWriter(new FileStream(LogPath, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
            var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };

            // Under "dotnet lutra.dll" the program is the first argument.
            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
                start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
            foreach (var argument in Arguments())
                start.ArgumentList.Add(argument);
            process = Process.Start(start) ?? throw new IOException("The system started no process.");
            process.OutputDataReceived += (_, line) => Write(line.Data);
            process.ErrorDataReceived += (_, line) => Write(line.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            return true;
        }
    }

    /// <summary>Ends the process at once, as a power switch would: nothing is handed over or flushed. False where it does not run.</summary>
    public bool Kill()
    {
        lock (gate)
        {
            if (process is not { HasExited: false })
                return false;
            process.Kill();
            process.WaitForExit();
            return true;
        }
    }

    /// <summary>Asks the process to end (its input ends), and waits; false where it does not run.</summary>
    public async Task<bool> StopAsync(TimeSpan patience)
    {
        Process? running;
        lock (gate)
            running = process;
        if (running is not { HasExited: false })
            return false;
        running.StandardInput.Close();
        await EndAsync(patience);
        return true;
    }

    /// <summary>Waits until the process ends by itself; ends it where it does not.</summary>
    public async Task EndAsync(TimeSpan patience)
    {
        Process? running;
        lock (gate)
            running = process;
        if (running is not { HasExited: false })
            return;
        try
        {
            using var limit = new CancellationTokenSource(patience);
            await running.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Kill();
        }
    }

    public void Dispose()
    {
        Kill();
        process?.Dispose();
        log?.Dispose();
    }

    // Peers come in at the port for clients; what others are told is the wire before it.
    private string[] Arguments() =>
    [
        "serve", $"--id={Number}", $"--addr={seat.ClientAddress}", $"--peer-addr={seat.PeerAddress}", $"--peer-listen={seat.ClientAddress}", $"--dir={folder}",
        $"--peers={peers}", .. seat.IsFounder ? Array.Empty<string>() : ["--join"], "--until-input-ends",
    ];

    private void Write(string? line)
    {
        if (line is null)
            return;
        lock (gate)
            log?.WriteLine(line);
    }
}
