using System.Globalization;

namespace Lutra.Raft;

/// <summary>
/// A replica as Raft counts it: 64 random bits, drawn at the first start of a data folder and never used again, so that a wiped
/// folder is another node (pitfall D11). Never 0. Ordered, so that walks over nodes are repeatable.
/// </summary>
public readonly record struct NodeId(ulong Value) : IComparable<NodeId>
{
    public int CompareTo(NodeId other) => Value.CompareTo(other.Value);

    public static bool operator <(NodeId left, NodeId right) => left.Value < right.Value;

    public static bool operator >(NodeId left, NodeId right) => left.Value > right.Value;

    public static bool operator <=(NodeId left, NodeId right) => left.Value <= right.Value;

    public static bool operator >=(NodeId left, NodeId right) => left.Value >= right.Value;

    public override string ToString() => Value.ToString("x", CultureInfo.InvariantCulture);
}
