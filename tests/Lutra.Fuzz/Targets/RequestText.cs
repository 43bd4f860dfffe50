using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Lutra.Fuzz.Targets;

/// <summary>A request over HTTP as text: first line, headers, an empty line, the body.</summary>
internal static class RequestText
{
    // Kestrel lets no more through.
    private const int HeadersMax = 100;
    private const int FirstLineLengthMax = 8 * 1024;

    /// <summary>Null: what no web server would let through.</summary>
    public static DefaultHttpContext? ToHttp(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        var body = text.IndexOf("\n\n", StringComparison.Ordinal);
        var head = (body < 0 ? text : text[..body]).Split('\n');
        var blank = head[0].IndexOf(' ', StringComparison.Ordinal);
        if (blank <= 0 || head[0].AsSpan(blank + 1).ContainsAnyInRange('\0', ' ') || !head[0].AsSpan(blank + 1).StartsWith("/"))
            return null;
        if (head.Length > 1 + HeadersMax || head[0].Length > FirstLineLengthMax)
            return null;
        var http = new DefaultHttpContext();
        http.Request.Method = head[0][..blank];
        http.Features.Get<IHttpRequestFeature>()!.RawTarget = head[0][(blank + 1)..];
        foreach (var line in head.Skip(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || line.AsSpan().ContainsAnyInRange('\0', '\x1f'))
                return null;
            http.Request.Headers.Append(line[..colon], line[(colon + 1)..].Trim());
        }

        if (body >= 0)
        {
            var bytes = Encoding.UTF8.GetBytes(text[(body + 2)..]);
            http.Request.Body = new MemoryStream(bytes);
            http.Request.ContentLength = bytes.Length;
        }

        http.Response.Body = Stream.Null;
        return http;
    }
}
