namespace Lutra.Simulation.Workloads.Quota;

/// <summary>What became of one client's keys. Each is put once at most, under the next number, so that it shows what became of that put.</summary>
internal sealed class KeyFates
{
    private readonly List<KeyFate> fates = [];

    /// <summary>The first number whose key may be there.</summary>
    public int First { get; private set; }

    /// <summary>The next key's number.</summary>
    public int Next => fates.Count;

    public int Begin()
    {
        fates.Add(KeyFate.Unknown);
        return fates.Count - 1;
    }

    public void Set(int number, KeyFate fate) => fates[number] = fate;

    /// <summary>The keys from one number up to another, which is not among them, were deleted.</summary>
    /// <param name="isKnown">False: or they were not.</param>
    public void Deleted(int from, int to, bool isKnown)
    {
        for (var number = from; number < to; number++)
        {
            if (fates[number] == KeyFate.There)
                fates[number] = isKnown ? KeyFate.Gone : KeyFate.Unknown;
        }

        if (isKnown && from <= First)
            First = Math.Max(First, to);
    }

    /// <summary>What is wrong with the numbers of the keys that are there; null: nothing.</summary>
    public string? Check(IReadOnlySet<int> there)
    {
        for (var number = 0; number < fates.Count; number++)
        {
            var isThere = there.Contains(number);
            if (fates[number] == KeyFate.There && !isThere)
                return $"P2: key {number} was written, and is not there";
            if (fates[number] == KeyFate.Refused && isThere)
                return $"P6: key {number} was refused, and is there";
            if (fates[number] == KeyFate.Gone && isThere)
                return $"P2: key {number} was deleted, and is there";
        }

        return null;
    }
}

/// <summary>What a client knows of a key.</summary>
internal enum KeyFate
{
    /// <summary>It may be there, now or later.</summary>
    Unknown,

    There,

    /// <summary>Its put was certainly not done.</summary>
    Refused,

    /// <summary>It was deleted.</summary>
    Gone,
}
