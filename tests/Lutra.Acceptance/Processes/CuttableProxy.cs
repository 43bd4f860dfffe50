using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Lutra.Acceptance.Processes;

/// <summary>
/// Stands before one node and passes its peers' connections on. Who dialled is read from the greeting, which names the dialler's own address: so one
/// peer can be cut off while another still gets through.
/// </summary>
internal sealed partial class CuttableProxy : IDisposable
{
    private readonly Lock gate = new();
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Dictionary<TcpClient, int> open = [];
    private readonly int target;
    private readonly Func<int, bool> mayPass;

    /// <param name="target">The port on this machine that connections go to.</param>
    /// <param name="mayPass">Whether a dialler, known by the port that it names as its own, gets through now.</param>
    public CuttableProxy(int target, Func<int, bool> mayPass)
    {
        this.target = target;
        this.mayPass = mayPass;
        listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Closes what may not pass any more.</summary>
    public void Check()
    {
        lock (gate)
        {
            foreach (var each in open.Where(each => !mayPass(each.Value)))
                each.Key.Close();
        }
    }

    public void Dispose()
    {
        listener.Dispose();
        lock (gate)
        {
            foreach (var each in open.Keys)
                each.Close();
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = PassAsync(await listener.AcceptTcpClientAsync());
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Disposed.
        }
    }

    private async Task PassAsync(TcpClient from)
    {
        using var to = new TcpClient();
        try
        {
            await to.ConnectAsync(IPAddress.Loopback, target);
            await Task.WhenAny(ReadDiallerAsync(from, to), to.GetStream().CopyToAsync(from.GetStream()));
        }
        catch (Exception fault) when (fault is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut, or one side hung up.
        }
        finally
        {
            lock (gate)
                open.Remove(from);
            from.Dispose();
        }
    }

    private async Task ReadDiallerAsync(TcpClient from, TcpClient to)
    {
        var heard = new StringBuilder();
        var piece = new byte[64 * 1024];
        var known = false;
        int read;
        while ((read = await from.GetStream().ReadAsync(piece)) > 0)
        {
            if (!known && Dialler().Match(heard.Append(Encoding.Latin1.GetString(piece, 0, read)).ToString()) is { Success: true } found)
            {
                known = true;
                if (!Keep(from, int.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture)))
                    return;
            }

            await to.GetStream().WriteAsync(piece.AsMemory(0, read));
        }
    }

    private bool Keep(TcpClient from, int dialler)
    {
        lock (gate)
        {
            open[from] = dialler;
            return mayPass(dialler);
        }
    }

    // The first address behind the HTTP head; the greeting lists those of others only after its own.
    [GeneratedRegex(@"\r\n\r\n.*?localhost:([0-9]+)[^0-9]", RegexOptions.Singleline)]
    private static partial Regex Dialler();
}
