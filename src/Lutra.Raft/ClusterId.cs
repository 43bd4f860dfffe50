using System.Globalization;

namespace Lutra.Raft;

/// <summary>A consensus group: 128 random bits, drawn when the group is created. Peers of another group are refused (pitfall N01).</summary>
public readonly record struct ClusterId(UInt128 Value)
{
    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);
}
