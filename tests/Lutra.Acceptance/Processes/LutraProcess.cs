using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Lutra.Acceptance.Processes;

/// <summary>One run of the real program, with what it wrote. Never outlives the test.</summary>
internal sealed partial class LutraProcess : IDisposable
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "lutra.dll");

    private readonly Process process;
    private readonly List<string> output = [];

    private LutraProcess(ProcessStartInfo start)
    {
        process = Process.Start(start) ?? throw new InvalidOperationException("No process was started.");
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public bool HasExited => process.HasExited;

    public int ExitCode => process.ExitCode;

    public int Id => process.Id;

    /// <summary>Everything it wrote so far, on both streams.</summary>
    public string Output
    {
        get
        {
            lock (output)
                return string.Join('\n', output);
        }
    }

    public static LutraProcess Start(params string[] arguments) => Under([], arguments);

    /// <summary>Runs the program under another one, such as strace with its options.</summary>
    public static LutraProcess Under(string[] wrapper, params string[] arguments)
    {
        string[] line = [.. wrapper, "dotnet", Program, .. arguments];
        var start = new ProcessStartInfo(line[0]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var word in line[1..])
            start.ArgumentList.Add(word);
        start.Environment["LUTRA_ENDPOINTS"] = "";

        // A machine that stands still for seconds must not end a test.
        start.Environment["LUTRA_TIMEOUT"] = "60";
        start.Environment["LUTRA_REQUEST_TIMEOUT"] = "60000";
        return new LutraProcess(start);
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        using var run = Start(arguments);
        run.EndInput();
        await run.ExitedAsync(TimeSpan.FromSeconds(180));
        return (run.ExitCode, run.Output);
    }

    /// <summary>Runs a command to its end, and returns what it wrote, without the blanks around it.</summary>
    public static async Task<string> LineAsync(params string[] arguments) => (await RunAsync(arguments)).Output.Trim();

    /// <summary>Types lines into <c>lutra shell</c> by a pipe, and returns what it wrote.</summary>
    public static async Task<string> ShellAsync(string servers, string lines)
    {
        using var shell = Start("shell", servers);
        await shell.WriteAsync(lines + "\n");
        shell.EndInput();
        await shell.ExitedAsync(TimeSpan.FromSeconds(180));
        return shell.Output;
    }

    /// <summary>Waits until it holds; the process must go on running meanwhile.</summary>
    public async Task UntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(180));
        while (!holds())
        {
            Assert.False(limit.IsCancellationRequested || HasExited, Output);
            await Task.Delay(20);
        }
    }

    /// <summary>Types into its standard input.</summary>
    public async Task WriteAsync(string text)
    {
        await process.StandardInput.WriteAsync(text);
        await process.StandardInput.FlushAsync();
    }

    public void EndInput() => process.StandardInput.Close();

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        process.WaitForExit();
    }

    /// <summary>SIGTERM.</summary>
    public void Terminate() => Assert.Equal(0, SendSignal(process.Id, 15));

    /// <summary>SIGSTOP: nothing of it runs until <see cref="Continue"/>.</summary>
    public void Pause() => Assert.Equal(0, SendSignal(process.Id, 19));

    /// <summary>SIGCONT.</summary>
    public void Continue() => Assert.Equal(0, SendSignal(process.Id, 18));

    public async Task ExitedAsync(TimeSpan atMost)
    {
        using var limit = new CancellationTokenSource(atMost);
        try
        {
            // Also waits for the end of what it wrote.
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"Still running after {atMost}:\n{Output}");
        }
    }

    public void Dispose()
    {
        Kill();
        process.Dispose();
    }

    private void Add(string? line)
    {
        if (line is null)
            return;
        lock (output)
            output.Add(line);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);
}
