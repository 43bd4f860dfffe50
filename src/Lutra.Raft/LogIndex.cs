namespace Lutra.Raft;

/// <summary>Where an entry sits in the replicated log. The first entry is at 1; 0 is before it.</summary>
public readonly record struct LogIndex(ulong Value) : IComparable<LogIndex>
{
    public static readonly LogIndex Zero;

    public LogIndex Next => new(Value + 1);

    /// <summary>The index before this one; 0 stays 0.</summary>
    public LogIndex Previous => new(Value == 0 ? 0 : Value - 1);

    public int CompareTo(LogIndex other) => Value.CompareTo(other.Value);

    public static bool operator <(LogIndex left, LogIndex right) => left.Value < right.Value;

    public static bool operator >(LogIndex left, LogIndex right) => left.Value > right.Value;

    public static bool operator <=(LogIndex left, LogIndex right) => left.Value <= right.Value;

    public static bool operator >=(LogIndex left, LogIndex right) => left.Value >= right.Value;

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
