namespace Lutra.Storage.Measures;

/// <summary>A number that only grows, from any thread. Adding allocates nothing and takes no lock.</summary>
public sealed class Counter
{
    private long value;

    public long Value => Interlocked.Read(ref value);

    public void Add(long amount = 1) => Interlocked.Add(ref value, amount);
}
