namespace Lutra;

/// <summary>
/// A state of the whole store: it grows by one with every request that changes something. A new store is at 1, so the first write
/// makes 2. 0 stands for "none" or "newest", as each use says.
/// </summary>
public readonly record struct Revision(long Value) : IComparable<Revision>
{
    public static readonly Revision None;

    public Revision Next => new(Value + 1);

    public int CompareTo(Revision other) => Value.CompareTo(other.Value);

    public static bool operator <(Revision left, Revision right) => left.Value < right.Value;

    public static bool operator >(Revision left, Revision right) => left.Value > right.Value;

    public static bool operator <=(Revision left, Revision right) => left.Value <= right.Value;

    public static bool operator >=(Revision left, Revision right) => left.Value >= right.Value;

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
