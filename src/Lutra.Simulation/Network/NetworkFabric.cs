using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Network;

/// <summary>
/// All machines of a simulation and the ways between them. Each directed way can be cut or clogged; bytes under way are then held, in order, as TCP holds
/// them, and go on when the way is healed. One seed gives one order of events.
/// </summary>
public sealed class NetworkFabric
{
    /// <summary>How long a dial waits for an answer that does not come.</summary>
    internal static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(5);

    // Sorted, so that walks are the same in two runs of one seed.
    private readonly SortedDictionary<string, SimulatedNetwork> machines = new(StringComparer.Ordinal);
    private readonly SortedSet<(string From, string To)> cuts = [];
    private readonly SortedSet<string> isolated = new(StringComparer.Ordinal);
    private readonly SortedDictionary<(string From, string To), TimeSpan> clogs = [];
    private readonly SortedDictionary<(string From, string To), (TimeSpan Until, TimeSpan Delay, long BytesPerMillisecond)> slowed = [];
    private readonly List<Pipe> pipes = [];

    public NetworkFabric(SimulatedScheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        Scheduler = scheduler;
        Random = scheduler.RandomFor("network");
    }

    /// <summary>May be changed at any time; holds for what is sent from then on.</summary>
    public NetworkFaults Faults { get; set; } = NetworkFaults.None;

    /// <summary>What happens to single messages of the consensus; null: nothing.</summary>
    internal MessageShuffler? Shuffler { get; set; }

    /// <summary>Who writes messages down; null: nobody.</summary>
    internal Recording.RunRecording? Recording { get; set; }

    /// <summary>Bytes handed to receivers so far: two runs of one seed agree on it.</summary>
    public long DeliveredBytes { get; internal set; }

    internal SimulatedScheduler Scheduler { get; }

    internal Random Random { get; }

    /// <summary>
    /// Brings a machine up: <paramref name="process"/> runs on it from now on, in the place of whatever ran there before. Addresses are
    /// "<paramref name="host"/>:anything".
    /// </summary>
    public SimulatedNetwork Start(string host, SimulatedProcess process)
    {
        if (machines.TryGetValue(host, out var before))
            before.Kill();
        var machine = machines[host] = new SimulatedNetwork(this, host, process);
        KickPipes();
        return machine;
    }

    /// <summary>Nothing goes from <paramref name="from"/> to <paramref name="to"/> any more; the other way is not touched.</summary>
    public void Cut(string from, string to) => cuts.Add((from, to));

    public void CutBoth(string one, string other)
    {
        Cut(one, other);
        Cut(other, one);
    }

    /// <summary>Cuts a machine off from all others, both ways, also from those that come later, until <see cref="HealAll"/>.</summary>
    public void Isolate(string host) => isolated.Add(host);

    public void Heal(string from, string to)
    {
        cuts.Remove((from, to));
        KickPipes();
    }

    public void HealAll()
    {
        cuts.Clear();
        isolated.Clear();
        clogs.Clear();
        KickPipes();
    }

    /// <summary>Holds what goes from <paramref name="from"/> to <paramref name="to"/> for a while.</summary>
    public void Clog(string from, string to, TimeSpan duration)
    {
        var until = Scheduler.Now + duration;
        if (clogs.TryGetValue((from, to), out var already) && already >= until)
            return;

        clogs[(from, to)] = until;
        Scheduler.After(duration, () =>
        {
            if (clogs.TryGetValue((from, to), out var end) && end <= Scheduler.Now)
                clogs.Remove((from, to));
            KickPipes();
        });
    }

    /// <summary>For a while, what is sent from <paramref name="from"/> to <paramref name="to"/> takes so much longer, and the way carries no more than this.</summary>
    public void Slow(string from, string to, TimeSpan duration, TimeSpan delay, long bytesPerMillisecond) =>
        slowed[(from, to)] = (Scheduler.Now + duration, delay, bytesPerMillisecond);

    /// <summary>No way is slow any more.</summary>
    public void SpeedUp() => slowed.Clear();

    /// <summary>
    /// FoundationDB's best finder of bugs: a random part of the machines have their ways clogged one after the other over
    /// <paramref name="duration"/>, and are let go one after the other, in another order.
    /// </summary>
    public void Swizzle(TimeSpan duration)
    {
        foreach (var host in machines.Keys)
        {
            if (Random.Next(2) == 0)
                continue;

            var begin = duration * (Random.NextDouble() / 2);
            var end = duration * (0.5 + (Random.NextDouble() / 2));
            Scheduler.After(begin, () => ClogAround(host, end - begin));
        }
    }

    internal bool IsOpen(string from, string to) =>
        !cuts.Contains((from, to)) && !clogs.ContainsKey((from, to)) && (from == to || (!isolated.Contains(from) && !isolated.Contains(to)));

    internal bool IsSlow(string from, string to) => SlownessOf(from, to) is not null;

    internal (TimeSpan Delay, long BytesPerMillisecond)? SlownessOf(string from, string to) =>
        slowed.TryGetValue((from, to), out var slowness) && slowness.Until > Scheduler.Now ? (slowness.Delay, slowness.BytesPerMillisecond) : null;

    internal SimulatedNetwork? MachineOf(string address) => machines.GetValueOrDefault(HostOf(address));

    internal static string HostOf(string address)
    {
        var colon = address.LastIndexOf(':');
        return colon < 0 ? address : address[..colon];
    }

    internal void Add(Pipe pipe) => pipes.Add(pipe);

    internal void Remove(Pipe pipe) => pipes.Remove(pipe);

    internal TimeSpan DrawDelay()
    {
        var delay = Faults.DelayMin + ((Faults.DelayMax - Faults.DelayMin) * Random.NextDouble());
        return Faults.Tail > 0 && Random.NextDouble() < Faults.Tail ? delay * (10 + (40 * Random.NextDouble())) : delay;
    }

    private void ClogAround(string host, TimeSpan duration)
    {
        foreach (var other in machines.Keys)
        {
            if (other == host)
                continue;

            Clog(host, other, duration);
            Clog(other, host, duration);
        }
    }

    /// <summary>Delivers what can be delivered now; for whoever opened a way.</summary>
    internal void KickPipes()
    {
        foreach (var pipe in pipes.ToArray())
            pipe.Deliver();
    }
}
