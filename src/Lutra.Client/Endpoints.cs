using System.Globalization;

namespace Lutra.Client;

/// <summary>Where servers are, as people write it: <c>host:port</c>, <c>:port</c> (localhost), or a URL with a path prefix.</summary>
public static class Endpoints
{
    /// <summary>What browsers take as well; no host with its port and path needs more.</summary>
    private const int LengthMax = 2048;

    private const int CountMax = 100;

    /// <summary>Throws <see cref="LutraException"/> (<see cref="LutraError.InvalidArgument"/>) where it is none, naming it.</summary>
    /// <param name="text">Where it is.</param>
    /// <param name="scheme">What is spoken there, http or https, where the text does not say.</param>
    public static Uri Parse(string text, string scheme = "http")
    {
        if (text.Length > LengthMax)
            throw new LutraException(LutraError.InvalidArgument, $"An endpoint of {text.Length} characters is none: the most are {LengthMax}.");
        var whole = text.Contains("://", StringComparison.Ordinal) ? text : $"{scheme}://{(text.StartsWith(':') ? "localhost" : "")}{text}";
        var written = Uri.TryCreate(whole, UriKind.Absolute, out var uri);
        if (!written || uri!.Scheme is not ("http" or "https") || uri.Host.Length == 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0)
            throw new LutraException(
                LutraError.InvalidArgument, $"'{text}' is no endpoint: it needs host:port, such as localhost:2379, or a URL, such as http://10.0.0.7:2379/store.");
        return uri;
    }

    /// <summary>A list, parted by commas; blanks around the commas and empty parts are passed over.</summary>
    public static IReadOnlyList<Uri> ParseList(string text)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length > CountMax)
            throw new LutraException(LutraError.InvalidArgument, $"There are {parts.Length} endpoints in the list; the most are {CountMax}.");
        Uri[] list = [.. parts.Select(part => Parse(part))];
        return list.Length > 0 ? list : throw new LutraException(LutraError.InvalidArgument, "There is no endpoint in the list.");
    }

    /// <summary>
    /// Which of <paramref name="endpoints"/> is at an address that a server gave; null: none. Names of this machine are one and the same, since a server may know itself
    /// by another than its clients do.
    /// </summary>
    /// <param name="address">Such as <c>10.0.0.7:2379</c>; whatever it is, it is only compared. Null: none was given.</param>
    internal static int? Find(IReadOnlyList<Uri> endpoints, string? address)
    {
        if (address is not { Length: > 0 and <= LengthMax } || !Uri.TryCreate($"http://{address}", UriKind.Absolute, out var given))
            return null;
        for (var index = 0; index < endpoints.Count; index++)
        {
            var endpoint = endpoints[index];
            if (endpoint.Port == given.Port && (endpoint.Host == given.Host || (endpoint.IsLoopback && given.IsLoopback)))
                return index;
        }

        return null;
    }

    /// <summary>For messages: as short as it was written.</summary>
    internal static string Name(Uri endpoint) => endpoint is { Scheme: "http", PathAndQuery: "/" }
        ? string.Create(CultureInfo.InvariantCulture, $"{endpoint.Host}:{endpoint.Port}")
        : endpoint.ToString();
}
