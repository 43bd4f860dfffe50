using System.Text;
using Lutra.Server.Rest.Replies;
using Lutra.Server.Rest.Requests;

namespace Lutra.Server.Rest.Users;

/// <summary>The parts of a path below <c>/users</c> or <c>/roles</c>, decoded one by one: a name may hold anything, a slash too.</summary>
internal static class UserPath
{
    public static string[] Of(ReadOnlyMemory<char> rest)
    {
        var parts = rest.ToString().Split('/');
        for (var at = 0; at < parts.Length; at++)
        {
            if (!PercentEncoding.TryDecode(parts[at], plusIsBlank: false, out var bytes) || bytes.Length == 0 || !System.Text.Unicode.Utf8.IsValid(bytes))
                throw new RefusedException(Problem.Malformed("A user or role is named in the path by its name, percent-encoded."));
            parts[at] = Encoding.UTF8.GetString(bytes);
        }

        return parts;
    }
}
