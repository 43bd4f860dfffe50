using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;

namespace Lutra.Cli.Dev;

/// <summary>
/// Who sits where in a development cluster: ports 2379 and 2380, 2381 and 2382 and so on, or the next free ones. Members know each other by address, so the
/// plan of a folder is written down in it and stays.
/// </summary>
internal sealed class DevPlan
{
    /// <summary>The most nodes that live at once.</summary>
    public const int NodesMax = 9;

    private const string FileName = "nodes";
    private const string OldFileName = "ports";
    private const string Heading = "# number, port for clients, port for peers, founder or joined, removed or not";
    private const int FirstPort = 2379;
    private const int DefaultNodes = 3;

    private readonly string path;
    private readonly List<DevSeat> seats;

    private DevPlan(string path, List<DevSeat> seats)
    {
        this.path = path;
        this.seats = seats;
    }

    /// <summary>Those that are members, by their numbers.</summary>
    public IReadOnlyList<DevSeat> Seats => [.. seats.Where(seat => !seat.IsRemoved)];

    /// <summary>What a founder is told about its cluster, now and at every later start.</summary>
    public string FoundersList => string.Join(',', seats.Where(seat => seat.IsFounder).Select(seat => $"{seat.Number}={seat.PeerAddress}"));

    /// <param name="nodes">How many there are to be; null: as many as the folder holds, or three.</param>
    /// <exception cref="IOException">The folder holds another number, its ports are in use, or its plan cannot be read.</exception>
    public static DevPlan Open(string folder, int? nodes)
    {
        var path = Path.Combine(folder, FileName);
        if (File.Exists(path))
            return Kept(path, nodes);
        if (File.Exists(Path.Combine(folder, OldFileName)))
            throw new IOException($"{folder} holds a cluster of an older version of lutra dev. Delete the folder, or say another --dir.");
        var plan = new DevPlan(path, []);
        for (var number = 1; number <= (nodes ?? DefaultNodes); number++)
            plan.seats.Add(plan.Free(number, isFounder: true));
        plan.Save();
        return plan;
    }

    /// <summary>A place for one more node.</summary>
    /// <exception cref="IOException">There are enough, or no free ports.</exception>
    public DevSeat Add()
    {
        if (Seats.Count >= NodesMax)
            throw new IOException($"There are {NodesMax} nodes already, which is the most here. Remove one first.");
        var seat = Free(seats[^1].Number + 1, isFounder: false);
        seats.Add(seat);
        Save();
        return seat;
    }

    /// <summary>The node is a member no more.</summary>
    public void Remove(int number)
    {
        var at = seats.FindIndex(seat => seat.Number == number);
        seats[at] = seats[at] with { IsRemoved = true };
        Save();
    }

    private static DevPlan Kept(string path, int? nodes)
    {
        var seats = new List<DevSeat>();
        foreach (var line in File.ReadLines(path).Where(line => !line.StartsWith('#')))
            seats.Add(Read(line) is { } seat && seat.Number == seats.Count + 1 ? seat : throw new IOException($"{path} is damaged at \"{line}\". Delete the folder to begin anew."));
        var plan = new DevPlan(path, seats);
        if (plan.Seats.Count == 0 || (nodes is not null && plan.Seats.Count != nodes))
            throw new IOException($"{Path.GetDirectoryName(path)} holds a cluster of {plan.Seats.Count} nodes, not {nodes}: leave out --nodes, say another --dir, or delete the folder.");
        var inUse = PortsInUse();
        if (plan.Seats.SelectMany(seat => new[] { seat.ClientPort, seat.PeerPort }).FirstOrDefault(inUse.Contains) is > 0 and var taken)
            throw new IOException($"Port {taken} of this cluster is in use: is another \"lutra dev\" running? Stop it, or say another --dir.");
        return plan;
    }

    private static DevSeat? Read(string line)
    {
        var words = line.Split(' ');
        var isRemoved = words.Length == 5 && words[4] == "removed";
        if ((words.Length != 4 && !isRemoved) || words[3] is not ("founder" or "joined"))
            return null;
        return Number(words[0], int.MaxValue) is { } number && Number(words[1], IPEndPoint.MaxPort) is { } client && Number(words[2], IPEndPoint.MaxPort) is { } peer
            ? new DevSeat(number, client, peer, words[3] == "founder") { IsRemoved = isRemoved }
            : null;
    }

    private static int? Number(string text, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= most ? number : null;

    private static HashSet<int> PortsInUse() => [.. IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(endpoint => endpoint.Port)];

    private DevSeat Free(int number, bool isFounder)
    {
        var taken = PortsInUse();
        taken.UnionWith(seats.SelectMany(seat => new[] { seat.ClientPort, seat.PeerPort }));
        for (var port = FirstPort; port < IPEndPoint.MaxPort; port += 2)
        {
            if (!taken.Contains(port) && !taken.Contains(port + 1))
                return new DevSeat(number, port, port + 1, isFounder);
        }

        throw new IOException("There are not enough free ports on this machine.");
    }

    private void Save() =>
        File.WriteAllLines(path, [Heading, .. seats.Select(seat => $"{seat.Number} {seat.ClientPort} {seat.PeerPort} {(seat.IsFounder ? "founder" : "joined")}{(seat.IsRemoved ? " removed" : "")}")]);
}
