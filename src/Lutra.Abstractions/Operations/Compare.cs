namespace Lutra;

public enum CompareTarget
{
    Version = 0,
    CreateRevision = 1,
    ModRevision = 2,
    Value = 3,
    Lease = 4,
}

public enum CompareResult
{
    Equal = 0,
    Greater = 1,
    Less = 2,
    NotEqual = 3,
}

/// <summary>
/// Holds when for every key in <paramref name="Range"/> what is stored stands in <paramref name="Result"/> to what is given. A range
/// without keys behaves as one absent key: its numbers are 0, and a compare of values is false whatever is asked.
/// </summary>
/// <param name="Number">What to compare with, for every target but the value.</param>
/// <param name="Value">What to compare with, for the value.</param>
public sealed record Compare(
    KeyRange Range, CompareTarget Target, CompareResult Result, long Number = 0, ReadOnlyMemory<byte> Value = default);
