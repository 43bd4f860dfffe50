using System.Diagnostics;

namespace Lutra.Cli.Dev;

/// <summary>One node of <c>lutra dev</c>: a process of its own, whose log goes to a file.</summary>
internal sealed class DevNode(int number, int port, string folder, string peers) : IDisposable
{
    private readonly Lock gate = new();
    private Process? process;
    private StreamWriter? log;

    public int Number => number;

    public int Port => port;

    public string Address => $"localhost:{port}";

    public string LogPath => Path.Combine(folder, $"node{number}.log");

    public bool IsRunning
    {
        get
        {
            lock (gate)
                return process is { HasExited: false };
        }
    }

    /// <summary>Starts the process; no effect where it runs.</summary>
    public void Start()
    {
        lock (gate)
        {
            if (process is { HasExited: false })
                return;
            process?.Dispose();
            log ??= new StreamWriter(new FileStream(LogPath, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
            var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };

            // Under "dotnet lutra.dll" the program is the first argument.
            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
                start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
            foreach (var argument in (string[])["serve", $"--id={number}", $"--addr={Address}", $"--dir={folder}", $"--peers={peers}", "--until-input-ends"])
                start.ArgumentList.Add(argument);
            process = Process.Start(start) ?? throw new IOException("The system started no process.");
            process.OutputDataReceived += (_, line) => Write(line.Data);
            process.ErrorDataReceived += (_, line) => Write(line.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }
    }

    /// <summary>Ends the process at once, as a power switch would: nothing is handed over or flushed.</summary>
    public void Kill()
    {
        lock (gate)
        {
            if (process is { HasExited: false })
                process.Kill();
            process?.WaitForExit();
        }
    }

    /// <summary>Asks the process to end (its input ends), and waits.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        Process? running;
        lock (gate)
            running = process;
        if (running is not { HasExited: false })
            return;
        running.StandardInput.Close();
        try
        {
            using var limit = new CancellationTokenSource(patience);
            await running.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            running.Kill();
        }
    }

    public void Dispose()
    {
        Kill();
        process?.Dispose();
        log?.Dispose();
    }

    private void Write(string? line)
    {
        if (line is null)
            return;
        lock (gate)
            log?.WriteLine(line);
    }
}
