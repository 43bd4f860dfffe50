namespace Lutra.Simulation.Checking;

/// <summary>Which operations of a history have taken effect: a bit each.</summary>
internal readonly struct OperationSet : IEquatable<OperationSet>
{
    private readonly ulong[] bits;

    public OperationSet(int count) => bits = new ulong[(count + 63) / 64];

    private OperationSet(ulong[] bits) => this.bits = bits;

    public OperationSet With(int operation)
    {
        var changed = (ulong[])bits.Clone();
        changed[operation / 64] |= 1UL << (operation % 64);
        return new OperationSet(changed);
    }

    public OperationSet Without(int operation)
    {
        var changed = (ulong[])bits.Clone();
        changed[operation / 64] &= ~(1UL << (operation % 64));
        return new OperationSet(changed);
    }

    public bool Equals(OperationSet other) => bits.AsSpan().SequenceEqual(other.bits);

    public override bool Equals(object? obj) => obj is OperationSet other && Equals(other);

    // Looked up, never walked: that it differs from process to process cannot reach any output.
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var word in bits)
            hash.Add(word);
        return hash.ToHashCode();
    }
}
