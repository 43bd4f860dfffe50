using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Lutra.Server.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Lutra.Server.Tests.Support;

/// <summary>A real server on a free port of this machine, over a store in memory, and the ways to talk to it.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private static ILoggerFactory WarningsOnly => LoggerFactory.Create(logging => logging.AddLutraConsole(LogFormat.Plain, LogLevel.Warning));

    private RunningServer(LutraServer server, MemoryStore store)
    {
        Server = server;
        Store = store;
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://127.0.0.1:{Port}") };
    }

    public LutraServer Server { get; }

    public MemoryStore Store { get; }

    public HttpClient Http { get; }

    public int Port => Server.Address.Port;

    public static async Task<RunningServer> StartAsync(Func<LutraServerOptions, LutraServerOptions>? change = null)
    {
        var store = new MemoryStore();
        var options = new LutraServerOptions { Address = "localhost:0", Logging = WarningsOnly, ClassifyTimeout = TimeSpan.FromSeconds(120) };
        return new RunningServer(await LutraServer.StartAsync(store, change?.Invoke(options) ?? options), store);
    }

    /// <summary>Sends a request whose target goes over the wire as it is written here, and reads the answer to the connection's end.</summary>
    public Task<Answer> SendAsync(string method, string target, string headers = "", byte[]? body = null) =>
        RawHttp.SendAsync(Port, method, target, headers, body);

    public Task<Answer> SendAsync(string method, string target, string headers, string body) =>
        SendAsync(method, target, headers, Encoding.UTF8.GetBytes(body));

    public Task<Socket> DialAsync() => RawHttp.DialAsync(Port);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Server.DisposeAsync();
    }
}

/// <summary>An HTTP/1.1 answer as it came.</summary>
internal sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public static Answer Parse(byte[] bytes)
    {
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        Assert.True(end > 0, $"No answer: '{Encoding.Latin1.GetString(bytes)}'");
        var lines = Encoding.Latin1.GetString(bytes, 0, end).Split("\r\n");
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines[1..])
            headers[line[..line.IndexOf(':')]] = line[(line.IndexOf(':') + 1)..].Trim();
        var body = bytes[(end + 4)..];
        if (headers.GetValueOrDefault("Transfer-Encoding") == "chunked")
            body = Unchunk(body);
        return new Answer(int.Parse(lines[0].Split(' ')[1]), headers, body);
    }

    private static byte[] Unchunk(ReadOnlySpan<byte> chunks)
    {
        var whole = new List<byte>();
        while (true)
        {
            var line = chunks.IndexOf("\r\n"u8);
            var length = Convert.ToInt32(Encoding.ASCII.GetString(chunks[..line]), 16);
            if (length == 0)
                return [.. whole];
            whole.AddRange(chunks.Slice(line + 2, length));
            chunks = chunks[(line + 4 + length)..];
        }
    }
}
