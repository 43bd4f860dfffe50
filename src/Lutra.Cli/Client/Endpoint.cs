namespace Lutra.Cli.Client;

/// <summary>Where a node answers, as people write it: host:port, or a URL.</summary>
internal static class Endpoint
{
    /// <exception cref="UriFormatException">It is neither.</exception>
    public static Uri Parse(string text)
    {
        var full = text.Contains("://", StringComparison.Ordinal) ? text : "http://" + (text.StartsWith(':') ? "localhost" + text : text);
        return Uri.TryCreate(full, UriKind.Absolute, out var endpoint) && (endpoint.Scheme is "http" or "https")
            ? endpoint
            : throw new UriFormatException($"\"{text}\" is neither host:port nor a URL.");
    }
}
