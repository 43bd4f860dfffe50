using System.Net;
using System.Net.Sockets;
using System.Text;
using Lutra.Cli.Dev;
using Lutra.Cli.Dev.Wires;

namespace Lutra.Cli.Tests.Dev;

/// <summary>Wires between nodes that are only listeners, which send back what they hear.</summary>
public sealed class DevSwitchboardTests : IDisposable
{
    private readonly DevSwitchboard board = new();
    private readonly List<TcpListener> nodes = [];
    private readonly List<DevSeat> seats = [];

    public DevSwitchboardTests()
    {
        for (var number = 1; number <= 3; number++)
        {
            var node = new TcpListener(IPAddress.Loopback, 0);
            node.Start();
            nodes.Add(node);
            _ = EchoAsync(node);
            seats.Add(new DevSeat(number, ((IPEndPoint)node.LocalEndpoint).Port, FreePort(), IsFounder: true));
            board.Plug(seats[^1]);
        }
    }

    public void Dispose()
    {
        board.Dispose();
        foreach (var node in nodes)
            node.Dispose();
    }

    [Fact]
    public async Task What_is_said_on_a_wire_arrives_whole()
    {
        using var wire = await DialAsync(from: 1, to: 2);
        Assert.True(await AnswersAsync(wire));
    }

    [Fact]
    public async Task A_cut_closes_what_is_open_to_and_from_the_node_and_nothing_else()
    {
        using var to = await DialAsync(from: 2, to: 1);
        using var from = await DialAsync(from: 1, to: 2);
        using var other = await DialAsync(from: 2, to: 3);
        board.Cut(1);
        Assert.True(board.IsCut(1));
        Assert.False(await AnswersAsync(to));
        Assert.False(await AnswersAsync(from));
        Assert.True(await AnswersAsync(other));
    }

    [Fact]
    public async Task While_cut_no_new_connection_passes_either_way_and_healed_it_does()
    {
        board.Cut(1);
        using (var to = await DialAsync(from: 3, to: 1))
            Assert.False(await AnswersAsync(to));
        using (var from = await DialAsync(from: 1, to: 3))
            Assert.False(await AnswersAsync(from));
        board.Heal(1);
        using var healed = await DialAsync(from: 1, to: 3);
        Assert.True(await AnswersAsync(healed));
    }

    [Fact]
    public void A_port_that_is_taken_is_said()
    {
        using var board = new DevSwitchboard();
        Assert.Contains($"Port {seats[0].ClientPort} cannot be used", Assert.Throws<IOException>(() => board.Plug(seats[0] with { PeerPort = seats[0].ClientPort })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dialler_is_known_by_the_first_address_behind_the_head_however_it_is_cut_in_pieces()
    {
        var said = Encoding.Latin1.GetBytes("GET /raft/stream HTTP/1.1\r\nHost: localhost:9\r\n\r\n\u0001\u00ffLUT1 localhost:2382\u0000 localhost:2380 ");
        for (var piece = 1; piece < said.Length; piece++)
        {
            var greeting = new Greeting(port => port);
            var heard = said.Chunk(piece).Select(bytes => greeting.Hear(bytes)).Where(number => number is not null);
            Assert.Equal([2382], heard);
        }
    }

    [Fact]
    public void One_who_never_says_who_it_is_is_listened_to_only_so_long()
    {
        var greeting = new Greeting(port => port);
        for (var piece = 0; piece < 100; piece++)
            Assert.Null(greeting.Hear(new byte[1024]));
        Assert.Null(greeting.Hear("\r\n\r\nlocalhost:2380 "u8));
    }

    private async Task<TcpClient> DialAsync(int from, int to)
    {
        var wire = new TcpClient();
        await wire.ConnectAsync(IPAddress.Loopback, seats[to - 1].PeerPort);
        var hello = Encoding.ASCII.GetBytes($"GET /raft/stream HTTP/1.1\r\nHost: localhost:{seats[to - 1].PeerPort}\r\n\r\nhello localhost:{seats[from - 1].PeerPort} ");
        try
        {
            await wire.GetStream().WriteAsync(hello);
            await wire.GetStream().ReadExactlyAsync(new byte[hello.Length]);
        }
        catch (IOException)
        {
            // Cut: whoever asks for an answer sees it.
        }

        return wire;
    }

    private static async Task<bool> AnswersAsync(TcpClient wire)
    {
        try
        {
            var said = new byte[100_000];
            new Random(1).NextBytes(said);
            var heard = new byte[said.Length];
            var writing = wire.GetStream().WriteAsync(said).AsTask();
            await wire.GetStream().ReadExactlyAsync(heard);
            await writing;
            return heard.AsSpan().SequenceEqual(said);
        }
        catch (Exception fault) when (fault is IOException or InvalidOperationException)
        {
            return false;
        }
    }

    private static async Task EchoAsync(TcpListener node)
    {
        try
        {
            while (true)
            {
                var from = await node.AcceptTcpClientAsync();
                _ = from.GetStream().CopyToAsync(from.GetStream());
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
