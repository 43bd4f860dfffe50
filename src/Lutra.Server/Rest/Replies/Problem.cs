using Lutra.Protocol;
using Microsoft.AspNetCore.Http;

namespace Lutra.Server.Rest.Replies;

/// <summary>A refusal, before it is put into words for a client.</summary>
/// <param name="Error">What is wrong, in a few words that do not change from case to case.</param>
/// <param name="Detail">What exactly, why, and what to do; null where <paramref name="Error"/> says it all.</param>
internal sealed record Problem(int Status, string Code, string Error, string? Detail = null)
{
    /// <summary>The verbs that a path takes, with 405.</summary>
    public string? Allow { get; init; }

    /// <summary>What to upgrade to, with 426.</summary>
    public string? Upgrade { get; init; }

    /// <summary>Who leads, where that is known and may help.</summary>
    public LeaderHint? Leader { get; init; }

    /// <summary>With 412: the key's revision; 0 where it is not there.</summary>
    public long? CurrentRevision { get; init; }

    public long? Limit { get; init; }

    public long? Size { get; init; }

    public string? Option { get; init; }

    public static Problem Malformed(string detail) =>
        new(StatusCodes.Status400BadRequest, ProblemCodes.InvalidArgument, "Malformed request", detail);

    /// <summary>An empty key, in the words that older clients know.</summary>
    public static Problem KeyRequired { get; } = new(
        StatusCodes.Status400BadRequest, ProblemCodes.InvalidArgument, "Key required",
        "A key has at least one byte: /key/{key}, percent-encoded, or /key?key_base64={key} in base64url.");

    public static Problem KeyNotFound { get; } = new(StatusCodes.Status404NotFound, ProblemCodes.KeyNotFound, "Key not found");

    public static Problem NoSuchPath { get; } = new(
        StatusCodes.Status404NotFound, ProblemCodes.NotFound, "Not found",
        "There is no such path here. Keys are under /key/{key} and /keys; the node speaks of itself under /status.");

    public static Problem WrongVerb(string method, string allow) =>
        new(StatusCodes.Status405MethodNotAllowed, ProblemCodes.MethodNotAllowed, "Method not allowed", $"{method} does nothing here. Use {allow}.")
        {
            Allow = allow,
        };

    public static Problem NotLeader(LeaderHint? leader) => new(
        StatusCodes.Status421MisdirectedRequest, ProblemCodes.NotLeader, "Not leader",
        "This node does not lead, and the request says that it must not be forwarded. Nothing was done.")
    {
        Leader = leader,
    };

    /// <param name="what">What is too large, with a capital.</param>
    /// <param name="option">The option that sets the limit; null where it is fixed.</param>
    public static Problem TooLarge(string what, long size, long limit, string unit, string? option) =>
        new(StatusCodes.Status413PayloadTooLarge, ProblemCodes.TooLarge, "Too large",
            $"{what} has {size} {unit}; the limit is {limit} {unit}{(option is null ? ", and fixed" : $", set by {option}")}.")
        {
            Limit = limit,
            Size = size,
            Option = option,
        };

    public static Problem MediaType(string? given, string takes) =>
        new(StatusCodes.Status415UnsupportedMediaType, ProblemCodes.UnsupportedMediaType, "Unsupported media type",
            $"The body is called {Quoted.Of(given)}. This call takes {takes}.");

    public static Problem CompareFailed(long currentRevision) =>
        new(StatusCodes.Status412PreconditionFailed, ProblemCodes.CompareFailed, "Compare failed",
            currentRevision == 0 ? "The key is not there." : $"The key is at revision {currentRevision}.")
        {
            CurrentRevision = currentRevision,
        };
}

/// <summary>Carries a refusal from where it is found to the edge that answers. Never leaves the face.</summary>
internal sealed class RefusedException(Problem problem) : Exception(problem.Error)
{
    public Problem Problem { get; } = problem;
}
