using System.Collections.Immutable;

namespace Lutra.Cli.Dev.Wires;

/// <summary>The wires between the nodes of a development cluster, and who is cut off. Clients do not pass here. Safe from several threads.</summary>
internal sealed class DevSwitchboard : IDisposable
{
    private readonly Lock gate = new();
    private ImmutableSortedDictionary<int, DevWire> wires = ImmutableSortedDictionary<int, DevWire>.Empty;
    private ImmutableSortedSet<int> cut = [];

    public bool IsCut(int number) => cut.Contains(number);

    /// <summary>Connects a node: its peers reach it from now on.</summary>
    /// <exception cref="IOException">Its port for peers is in use.</exception>
    public void Plug(DevSeat seat)
    {
        lock (gate)
            wires = wires.Add(seat.Number, new DevWire(seat.PeerPort, seat.ClientPort, from => MayPass(from, seat.Number), NumberOf));
    }

    public void Unplug(int number)
    {
        lock (gate)
        {
            if (wires.TryGetValue(number, out var wire))
                wire.Dispose();
            wires = wires.Remove(number);
            cut = cut.Remove(number);
        }
    }

    /// <summary>Nothing passes between this node and the others from now on. What is open is closed.</summary>
    public void Cut(int number)
    {
        lock (gate)
        {
            cut = cut.Add(number);
            foreach (var wire in wires.Values)
                wire.Check();
        }
    }

    public void Heal(int number)
    {
        lock (gate)
            cut = cut.Remove(number);
    }

    public void Dispose()
    {
        lock (gate)
        {
            foreach (var wire in wires.Values)
                wire.Dispose();
        }
    }

    private bool MayPass(int? from, int to)
    {
        var off = cut;
        return !off.Contains(to) && (from is null || !off.Contains(from.Value));
    }

    private int? NumberOf(int peerPort)
    {
        foreach (var (number, wire) in wires)
        {
            if (wire.Port == peerPort)
                return number;
        }

        return null;
    }
}
