using System.Text;

namespace Lutra.Simulation.Runs;

/// <summary>FNV-1a over what a run left behind: equal for equal runs, in every process.</summary>
internal sealed class Fingerprint
{
    public ulong Value { get; private set; } = 14695981039346656037;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        foreach (var each in bytes)
            Value = (Value ^ each) * 1099511628211;
    }

    public void Add(string text) => Add(Encoding.UTF8.GetBytes(text));

    public void Add(ulong number) => Add(BitConverter.GetBytes(number));
}
