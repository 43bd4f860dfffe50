using Lutra.Protocol;
using Lutra.Server.Rest.Replies;

namespace Lutra.Server.Rest.Requests;

internal static class Sorts
{
    /// <param name="what">What is being read, for the refusal.</param>
    public static SortTarget Parse(string? name, string what) => name switch
    {
        null or SortNames.Key => SortTarget.Key,
        SortNames.Version => SortTarget.Version,
        SortNames.CreateRevision => SortTarget.CreateRevision,
        SortNames.Revision => SortTarget.ModRevision,
        SortNames.Value => SortTarget.Value,
        _ => throw new RefusedException(Problem.Malformed($"{what} must be key, version, create_revision, revision or value, not {Quoted.Of(name)}.")),
    };
}
