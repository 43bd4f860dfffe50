using System.Buffers.Text;
using System.Text;
using Lutra.Server.Rest.Replies;

namespace Lutra.Server.Rest.Requests;

/// <summary>
/// The parameters of one request: each known by name to the call, given once, or the request is refused. An option that nobody reads is an error, not
/// silence.
/// </summary>
internal sealed class QueryValues
{
    private static readonly QueryValues None = new();
    private readonly List<KeyValuePair<string, ReadOnlyMemory<char>>> values = [];

    /// <param name="known">The names that the call takes; any byte string <c>x</c> also as <c>x_base64</c> where that is listed.</param>
    /// <param name="repeatable">The one name that may come more than once, or null.</param>
    public static QueryValues Parse(ReadOnlyMemory<char> query, ReadOnlySpan<string> known, string? repeatable = null)
    {
        if (query.IsEmpty)
            return None;
        var parsed = new QueryValues();
        foreach (var range in query.Span.Split('&'))
        {
            var pair = query[range];
            if (pair.IsEmpty)
                continue;
            var equals = pair.Span.IndexOf('=');
            var name = DecodeText(equals < 0 ? pair : pair[..equals], "A name");
            if (!known.Contains(name))
                throw new RefusedException(Unknown(name, known));
            if (parsed.Has(name) && name != repeatable)
                throw new RefusedException(Problem.Malformed($"The query parameter '{name}' is there twice."));
            parsed.values.Add(new(name, equals < 0 ? default : pair[(equals + 1)..]));
        }

        return parsed;
    }

    public bool Has(string name) => Find(name) is not null;

    /// <summary>Bytes: percent-decoded text under <paramref name="name"/>, or base64url under the name with <c>_base64</c>; null where neither is there.</summary>
    public byte[]? Bytes(string name, string base64Name)
    {
        var text = Find(name);
        var base64 = Find(base64Name);
        if (text is not null && base64 is not null)
            throw new RefusedException(Problem.Malformed($"Give '{name}' or '{base64Name}', not both."));
        if (text is { } plain)
            return Decode(plain, $"The query parameter '{name}'");
        if (base64 is not { } encoded)
            return null;

        var ascii = Decode(encoded, $"The query parameter '{base64Name}'");
        if (!Base64Url.IsValid(ascii))
            throw new RefusedException(Problem.Malformed($"The query parameter '{base64Name}' is not base64url (A-Z a-z 0-9 - _)."));
        return Base64Url.DecodeFromUtf8(ascii);
    }

    public string? Text(string name) => Find(name) is { } value ? DecodeText(value, $"The query parameter '{name}'") : null;

    /// <summary>Every value of a name that may be repeated.</summary>
    public IEnumerable<string> Texts(string name)
    {
        foreach (var (key, value) in values)
        {
            if (key == name)
                yield return DecodeText(value, $"The query parameter '{name}'");
        }
    }

    /// <summary>A whole number from 0 up; <paramref name="absent"/> where it is not there.</summary>
    public long Number(string name, long absent = 0)
    {
        if (Text(name) is not { } text)
            return absent;
        return WholeNumber.TryParse(text, out var number)
            ? number
            : throw new RefusedException(Problem.Malformed($"The query parameter '{name}' must be a whole number from 0 up, not {Quoted.Of(text)}."));
    }

    /// <summary><c>?name</c>, <c>?name=true</c> or <c>?name=false</c>.</summary>
    public bool Flag(string name) => Text(name) switch
    {
        null or "false" => false,
        "" or "true" => true,
        var other => throw new RefusedException(Problem.Malformed($"The query parameter '{name}' must be true or false, not {Quoted.Of(other)}.")),
    };

    /// <summary><c>?consistency=linearizable</c> (the default) or <c>local</c>.</summary>
    public ReadOptions Consistency() => Text("consistency") switch
    {
        null or "linearizable" => new ReadOptions(Lutra.Consistency.Linearizable),
        "local" => new ReadOptions(Lutra.Consistency.Local),
        var other => throw new RefusedException(
            Problem.Malformed($"The query parameter 'consistency' must be linearizable or local, not {Quoted.Of(other)}.")),
    };

    private static Problem Unknown(string name, ReadOnlySpan<string> known)
    {
        var takes = known.IsEmpty ? "This call takes none." : $"This call takes: {string.Join(", ", known!)}.";
        return Problem.Malformed($"Unknown query parameter {Quoted.Of(name)}. {takes}");
    }

    private static string DecodeText(ReadOnlyMemory<char> encoded, string what)
    {
        var bytes = Decode(encoded, what);
        return System.Text.Unicode.Utf8.IsValid(bytes)
            ? Encoding.UTF8.GetString(bytes)
            : throw new RefusedException(Problem.Malformed($"{what} is not UTF-8."));
    }

    private static byte[] Decode(ReadOnlyMemory<char> encoded, string what) =>
        PercentEncoding.TryDecode(encoded.Span, plusIsBlank: true, out var bytes)
            ? bytes
            : throw new RefusedException(Problem.Malformed($"{what} is not percent-encoded: a percent sign needs two hexadecimal digits, and only ASCII may stand for itself."));

    private ReadOnlyMemory<char>? Find(string name)
    {
        foreach (var (key, value) in values)
        {
            if (key == name)
                return value;
        }

        return null;
    }
}
