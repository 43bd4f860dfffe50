using System.Runtime.InteropServices;
using System.Text;

namespace Lutra.Simulation.Runs;

/// <summary>FNV-1a, eight bytes at a time, over what happens in a run and what it leaves behind: equal for equal runs, in every process.</summary>
internal sealed class Fingerprint
{
    public ulong Value { get; private set; } = 14695981039346656037;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        foreach (var each in MemoryMarshal.Cast<byte, ulong>(bytes))
            Add(each);
        foreach (var each in bytes[(bytes.Length & ~7)..])
            Add(each);
    }

    public void Add(string text) => Add(Encoding.UTF8.GetBytes(text));

    public void Add(ulong number) => Value = (Value ^ number) * 1099511628211;
}
