using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Lutra.Bench;

/// <summary>A process under measurement, ended with this one.</summary>
internal sealed class Child : IDisposable
{
    private readonly Process process;

    public Child(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) => Errors.Add(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public Process Process => process;

    public System.Collections.Concurrent.ConcurrentBag<string> Errors { get; } = [];

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Asks until the answer is 200.</summary>
    public static async Task WaitForAsync(string url, TimeSpan atMost)
    {
        using var http = new HttpClient();
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(url);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException) when (Stopwatch.GetElapsedTime(started) < atMost)
            {
                // Not listening yet.
            }

            if (Stopwatch.GetElapsedTime(started) > atMost)
                throw new TimeoutException($"{url} did not answer 200 within {atMost}.");
            await Task.Delay(5);
        }
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}
