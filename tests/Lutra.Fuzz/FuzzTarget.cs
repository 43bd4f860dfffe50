namespace Lutra.Fuzz;

/// <summary>One parser of bytes from outside. To add one: a class like those in Targets, and its line in <see cref="FuzzTargets"/>.</summary>
internal abstract class FuzzTarget
{
    /// <summary>One word or a few with dots; also begins the names of its crashers.</summary>
    public abstract string Name { get; }

    /// <summary>How many inputs it gets for each input of the slowest: a parser of files takes longer than one of frames.</summary>
    public virtual int Share => 20;

    /// <summary>Inputs that the parser takes. What is tried is made from them.</summary>
    public abstract byte[] Example(Random random);

    /// <summary>Words of its language: some are put into texts.</summary>
    public virtual IReadOnlyList<string> Words => [];

    /// <summary>Makes checksums right again, so that what lies behind them is reached. May give another array.</summary>
    public virtual byte[] Seal(byte[] input) => input;

    /// <summary>
    /// Parses, and may then hold what was read against itself: written again it must be read as the same. Throws what <see cref="IsDeclared"/> knows; anything
    /// else is a bug.
    /// </summary>
    public abstract void Parse(byte[] input);

    public abstract bool IsDeclared(Exception exception);

    /// <summary>What <see cref="Bed"/> has taken so far: not counted.</summary>
    public long BedBytes { get; private set; }

    /// <summary>Makes what stands around the parser (files, a request, text from bytes): its memory is not the parser's.</summary>
    protected T Bed<T>(Func<T> make)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var made = make();
        BedBytes += GC.GetAllocatedBytesForCurrentThread() - before;
        return made;
    }

    /// <summary>What was read does not survive being written and read again.</summary>
    protected static void Require(bool holds, string what)
    {
        if (!holds)
            throw new InvalidDataException(what);
    }
}
