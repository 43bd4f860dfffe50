using Lutra.Node.Peers;
using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Network;

/// <summary>The network as one process sees it. What its handlers are told dies with the process.</summary>
public sealed class SimulatedNetwork : INetwork
{
    private readonly NetworkFabric fabric;
    private readonly SortedDictionary<string, Func<IConnectionHandler>> listeners = new(StringComparer.Ordinal);
    private readonly List<SimulatedConnection> connections = [];

    internal SimulatedNetwork(NetworkFabric fabric, string host, SimulatedProcess process)
    {
        this.fabric = fabric;
        Host = host;
        Process = process;
    }

    public string Host { get; }

    /// <summary>The machine has lost its power: it answers nothing, not even with a refusal.</summary>
    public bool IsPowerless { get; private set; }

    internal SimulatedProcess Process { get; }

    internal bool IsGone { get; private set; }

    /// <summary>Takes connections that others dial to <paramref name="address"/>; each gets a handler from <paramref name="accept"/>.</summary>
    public void Listen(string address, Func<IConnectionHandler> accept)
    {
        if (NetworkFabric.HostOf(address) != Host)
            throw new ArgumentException($"{address} is not an address of {Host}.", nameof(address));
        listeners.Add(address, accept);
    }

    public void StopListening(string address) => listeners.Remove(address);

    public void Dial(string address, IConnectionHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var to = NetworkFabric.HostOf(address);
        fabric.Scheduler.After(fabric.DrawDelay(), () =>
        {
            if (!fabric.IsOpen(Host, to) || fabric.MachineOf(address) is { IsPowerless: true } or { Process: { IsAlive: true, IsPaused: true } })
            {
                Fail(handler, NetworkFabric.DialTimeout, CloseReason.Failed, $"{address} does not answer");
                return;
            }

            var machine = fabric.MachineOf(address);
            Func<IConnectionHandler>? accept = null;
            var isRefused = machine is null || machine.IsGone || !machine.Process.IsAlive || !machine.listeners.TryGetValue(address, out accept);
            if (!fabric.IsOpen(to, Host))
                Fail(handler, NetworkFabric.DialTimeout, CloseReason.Failed, $"{address} does not answer");
            else if (isRefused)
                Fail(handler, fabric.DrawDelay(), CloseReason.Refused, $"nobody listens at {address}");
            else
                Connect(address, handler, machine!, accept!());
        });
    }

    /// <summary>
    /// The process ended, by whatever signal: its machine closes its connections and refuses new ones. Kill the <see cref="SimulatedProcess"/> too.
    /// </summary>
    public void Kill()
    {
        IsGone = true;
        listeners.Clear();
        foreach (var connection in connections.ToArray())
            connection.ProcessEnded();
        connections.Clear();
    }

    /// <summary>The machine ends without a word: others hear nothing until they send to it after it is up again.</summary>
    public void CutPower()
    {
        IsGone = true;
        IsPowerless = true;
        listeners.Clear();
        foreach (var connection in connections.ToArray())
            connection.PowerLost();
        connections.Clear();
    }

    /// <summary>Every connection of this process breaks; it can be dialled again at once.</summary>
    public void BreakConnections()
    {
        foreach (var connection in connections.ToArray())
            connection.Close();
    }

    internal void Remove(SimulatedConnection connection) => connections.Remove(connection);

    private void Connect(string address, IConnectionHandler dialler, SimulatedNetwork listener, IConnectionHandler accepted)
    {
        var near = new SimulatedConnection(fabric, this, dialler, remote: address);
        var far = new SimulatedConnection(fabric, listener, accepted, remote: Host);
        near.Join(far);
        connections.Add(near);
        listener.connections.Add(far);
        far.Open(TimeSpan.Zero);
        near.Open(fabric.DrawDelay());
    }

    private void Fail(IConnectionHandler handler, TimeSpan after, CloseReason reason, string message) =>
        Process.After(after, () => handler.Closed(null, reason, message));
}
