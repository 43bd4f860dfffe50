using System.Collections.Immutable;

namespace Lutra.Simulation.Checking;

/// <summary>What one transaction appended to lists, and what it read of them before it appended. One that was certainly not done is no part of a history.</summary>
/// <param name="Client">Who; for people.</param>
/// <param name="Invoked">When it was asked, in any unit.</param>
/// <param name="Returned">When its answer came; <see cref="TimedOperation{TOperation}.Never"/>: nobody knows whether it was done.</param>
public sealed record ListTransaction(int Client, long Invoked, long Returned, ImmutableArray<ListAppend> Appends, ImmutableArray<ListRead> Reads)
{
    public bool IsUnknown => Returned == long.MaxValue;

    public override string ToString() =>
        $"client {Client}, {Invoked} to {(IsUnknown ? "?" : Returned)}: {string.Join(' ', Reads.Select(read => $"read {read.List} = [{string.Join(' ', read.Elements)}]").Concat(Appends.Select(append => $"append {append.Element} to {append.List}")))}";
}

/// <param name="Element">Appended once in a whole history, to one list.</param>
public readonly record struct ListAppend(int List, int Element);

/// <param name="Elements">The whole list.</param>
public readonly record struct ListRead(int List, ImmutableArray<int> Elements);
