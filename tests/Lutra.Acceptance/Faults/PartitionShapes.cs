namespace Lutra.Acceptance.Faults;

/// <summary>Who hears whom (who, whom). In each of them one node at least hears a majority that hears it.</summary>
internal static class PartitionShapes
{
    public static readonly string[] Names = ["leader alone", "one alone", "halves", "ring", "chain", "bridge", "leader deaf", "leader mute", "one deaf", "one mute"];

    public static Func<int, int, bool> Of(string name, int nodes, int leader, Random random)
    {
        int[] order = [.. Enumerable.Range(0, nodes)];
        random.Shuffle(order);
        int Apart(int one, int other) => Math.Abs(Array.IndexOf(order, one) - Array.IndexOf(order, other));
        var victim = name.StartsWith("leader", StringComparison.Ordinal) ? leader : order[0];
        var half = order[..((nodes - 1) / 2)];
        return name switch
        {
            "leader alone" or "one alone" => (who, whom) => who != victim && whom != victim,
            "halves" => (who, whom) => half.Contains(who) == half.Contains(whom),
            "ring" => (who, whom) => Apart(who, whom) is var apart && (apart <= 1 || apart == nodes - 1),
            "chain" => (who, whom) => Apart(who, whom) <= 1,
            // The last in order hears and is heard by both sides.
            "bridge" => (who, whom) => who == order[^1] || whom == order[^1] || half.Contains(who) == half.Contains(whom),
            "leader deaf" or "one deaf" => (who, _) => who != victim,
            "leader mute" or "one mute" => (_, whom) => whom != victim,
            _ => throw new ArgumentException($"There is no partition {name}.", nameof(name)),
        };
    }
}
