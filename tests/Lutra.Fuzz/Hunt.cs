using System.Diagnostics;

namespace Lutra.Fuzz;

/// <summary>Feeds one parser with inputs, each fixed by the seed and its number, and holds it to its promises.</summary>
internal sealed class Hunt(FuzzTarget target, int seed)
{
    private const int ExamplesKept = 64;
    private const long AllocatedBytesMin = 1024 * 1024;

    private static readonly TimeSpan slow = TimeSpan.FromSeconds(1);

    private readonly byte[][] examples = MakeExamples(target, seed);
    private byte[] current = [];
    private long currentSince;

    public long Done { get; private set; }

    /// <summary>What it works on, and since when: for whoever watches for a hang.</summary>
    public (byte[] Input, TimeSpan For) Current => (Volatile.Read(ref current), Stopwatch.GetElapsedTime(Volatile.Read(ref currentSince)));

    public bool IsWorking { get; private set; }

    public FuzzTarget Target => target;

    /// <summary>Tries the inputs from <paramref name="first"/> on; the first that is a finding, or null.</summary>
    public Finding? Run(long first, long count, CancellationToken cancellationToken = default)
    {
        Volatile.Write(ref currentSince, Stopwatch.GetTimestamp());
        IsWorking = true;
        try
        {
            for (var number = first; number < first + count && !cancellationToken.IsCancellationRequested; number++)
            {
                if (Try(Input(number)) is { } finding)
                    return finding;
                Done++;
            }

            return null;
        }
        finally
        {
            IsWorking = false;
        }
    }

    public Finding? Try(byte[] input)
    {
        Volatile.Write(ref currentSince, Stopwatch.GetTimestamp());
        Volatile.Write(ref current, input);
        var started = Stopwatch.GetTimestamp();
        var before = GC.GetAllocatedBytesForCurrentThread() - target.BedBytes;
        try
        {
            target.Parse(input);
        }
        catch (Exception exception) when (target.IsDeclared(exception))
        {
            // Said, and nothing worse.
        }
        catch (Exception bug)
        {
            return new Finding(target.Name, bug.ToString(), input);
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - target.BedBytes - before;
        if (allocated > (4L * input.Length) + AllocatedBytesMin)
            return new Finding(target.Name, $"{allocated} bytes were allocated", input);
        return Stopwatch.GetElapsedTime(started) > slow && IsSlowAgain(input) ? new Finding(target.Name, $"it takes longer than {slow}", input) : null;
    }

    private byte[] Input(long number)
    {
        var random = new Random(Mix(seed, number));
        var mutator = new Mutator(random);
        byte[] Another() => examples[random.Next(examples.Length)];
        var input = mutator.Mutate(Another(), Another, target.Words);
        return random.Next(4) == 0 ? input : target.Seal(input);
    }

    // The machine may have been busy.
    private bool IsSlowAgain(byte[] input)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            target.Parse(input);
        }
        catch (Exception exception) when (target.IsDeclared(exception))
        {
            // Known already.
        }

        return Stopwatch.GetElapsedTime(started) > slow;
    }

    private static byte[][] MakeExamples(FuzzTarget target, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, ExamplesKept).Select(_ => target.Example(random))];
    }

    // SplitMix64.
    private static int Mix(int seed, long number)
    {
        var mixed = ((ulong)seed * 0x9E3779B97F4A7C15) + (ulong)number;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return (int)((mixed ^ (mixed >> 31)) & int.MaxValue);
    }
}
