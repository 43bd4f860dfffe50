namespace Lutra.Simulation.Scheduling;

/// <summary>Derives the seed of one stream from the seed of the run and the stream's purpose: FNV-1a, then SplitMix64 to spread it.</summary>
internal static class StreamSeed
{
    public static int For(ulong seed, string purpose)
    {
        var hash = 14695981039346656037ul;
        foreach (var character in purpose)
            hash = (hash ^ character) * 1099511628211ul;
        var mixed = seed * 0x9E3779B97F4A7C15ul + hash;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ul;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBul;
        return (int)((mixed ^ (mixed >> 31)) & int.MaxValue);
    }
}
