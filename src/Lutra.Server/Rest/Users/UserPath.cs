using System.Text;
using Lutra.Server.Rest.Replies;
using Lutra.Server.Rest.Requests;

namespace Lutra.Server.Rest.Users;

/// <summary>The parts of a path below <c>/users</c> or <c>/roles</c>, each decoded by itself: a name may hold anything, a slash too.</summary>
internal static class UserPath
{
    public static string[] Of(ReadOnlyMemory<char> rest) => rest.ToString().Split('/');

    /// <summary>The name that a part spells.</summary>
    public static string Name(string part) =>
        PercentEncoding.TryDecode(part, plusIsBlank: false, out var bytes) && bytes.Length > 0 && System.Text.Unicode.Utf8.IsValid(bytes)
            ? Encoding.UTF8.GetString(bytes)
            : throw new RefusedException(Problem.Malformed("A user or role is named in the path by its name, percent-encoded."));
}
