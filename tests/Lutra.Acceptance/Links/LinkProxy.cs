using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Lutra.Acceptance.Links;

/// <summary>
/// Stands before one node and passes connections on as the weather allows. Which peer dialled is read from its greeting, which names the dialler's own address; whoever
/// says nothing of peers is a client.
/// </summary>
internal sealed partial class LinkProxy : IDisposable
{
    private readonly Lock gate = new();
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly HashSet<Connection> open = [];
    private readonly int node;
    private readonly int target;
    private readonly Weather weather;
    private readonly Func<int, int> nodeAt;

    /// <param name="node">The node that it stands before.</param>
    /// <param name="target">The port on this machine where that node listens.</param>
    /// <param name="nodeAt">Whose proxy has this port; -1: nobody's.</param>
    public LinkProxy(int node, int target, Weather weather, Func<int, int> nodeAt)
    {
        (this.node, this.target, this.weather, this.nodeAt) = (node, target, weather, nodeAt);
        weather.Changed += Check;
        listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public void Dispose()
    {
        weather.Changed -= Check;
        listener.Dispose();
        lock (gate)
        {
            foreach (var each in open)
                each.Close();
        }
    }

    private void Check()
    {
        lock (gate)
        {
            foreach (var each in open.Where(each => each.Dialler >= 0 && weather.IsCut(each.Dialler, node)))
                each.Close();
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = PassAsync(new Connection(await listener.AcceptTcpClientAsync()));
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Disposed.
        }
    }

    private async Task PassAsync(Connection connection)
    {
        lock (gate)
            open.Add(connection);
        try
        {
            var (from, to) = (connection.From, connection.To);
            await to.ConnectAsync(IPAddress.Loopback, target);
            to.NoDelay = from.NoDelay = true;
            var first = new byte[16 * 1024];
            var read = await from.GetStream().ReadAsync(first);
            var isPeer = Encoding.Latin1.GetString(first, 0, read).Contains("/raft/stream", StringComparison.Ordinal);
            if (!isPeer)
                Know(connection, weather.Clients);
            await to.GetStream().WriteAsync(first.AsMemory(0, read));
            await PumpAsync(connection, isPeer);
        }
        catch (Exception fault) when (fault is IOException or SocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // Cut, or one side hung up.
        }
        finally
        {
            lock (gate)
                open.Remove(connection);
            connection.Close();
        }
    }

    private async Task PumpAsync(Connection connection, bool isPeer)
    {
        var (near, far) = (connection.From.GetStream(), connection.To.GetStream());
        LinkState Weather(bool inward) => connection.Dialler < 0 ? LinkState.Clear : inward ? weather[connection.Dialler, node] : weather[node, connection.Dialler];
        // The dialler's head was read as a whole above: what follows are its frames.
        var inward = new LinkPump(new PieceReader(near, isPeer, isPastHead: true), far, isPeer, () => Weather(true), new Random()) { Sees = piece => Identify(connection, piece) };
        var outward = new LinkPump(new PieceReader(far, isPeer, isPastHead: false), near, isPeer, () => Weather(false), new Random());
        await await Task.WhenAny(inward.RunAsync(connection.Stop), outward.RunAsync(connection.Stop));
    }

    private bool Identify(Connection connection, byte[] hello)
    {
        if (connection.Dialler >= 0)
            return true;
        var named = Address().Match(Encoding.Latin1.GetString(hello));
        return named.Success && nodeAt(int.Parse(named.Groups[1].Value, CultureInfo.InvariantCulture)) is >= 0 and var dialler && Know(connection, dialler);
    }

    private bool Know(Connection connection, int dialler)
    {
        lock (gate)
        {
            connection.Dialler = dialler;
            return !weather.IsCut(dialler, node);
        }
    }

    // The first address in a greeting is the dialler's own.
    [GeneratedRegex(@"localhost:([0-9]+)(?![0-9])")]
    private static partial Regex Address();

    private sealed class Connection(TcpClient from)
    {
        private readonly CancellationTokenSource stop = new();

        public TcpClient From => from;

        public TcpClient To { get; } = new();

        /// <summary>-1: not known yet.</summary>
        public int Dialler { get; set; } = -1;

        public CancellationToken Stop => stop.Token;

        public void Close()
        {
            stop.Cancel();
            from.Close();
            To.Close();
        }
    }
}
