using Lutra.Storage.Measures;

namespace Lutra.Node.Measures;

/// <summary>How the requests of one kind went that clients brought to this node. From any thread.</summary>
internal sealed class RequestMeasures(TimeProvider time)
{
    private static readonly LutraError[] Errors = Enum.GetValues<LutraError>();

    private readonly Counter[] failed = [.. Errors.Select(_ => new Counter())];

    /// <summary>They came; those that found no place included.</summary>
    public Counter Made { get; } = new();

    /// <summary>From the door to the answer, of those that were carried out.</summary>
    public DurationHistogram Took { get; } = new(time);

    /// <summary>Not carried out, or not known to be.</summary>
    public void Failed(LutraError error) => failed[Array.IndexOf(Errors, error)].Add();

    /// <param name="waiting">How many are inside now.</param>
    public RequestCounts Read(long waiting, long waitingBytes) => new(
        Made.Value, waiting, waitingBytes, Took.Read(), [.. Errors.Zip(failed, (error, counter) => new FailureCount(error, counter.Value))]);
}
