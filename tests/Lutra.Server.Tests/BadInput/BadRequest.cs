using System.Text;
using System.Text.Json;
using Lutra.Server.Tests.OpenApi;

namespace Lutra.Server.Tests.BadInput;

/// <summary>One request of the sweep.</summary>
/// <param name="IsWrong">It must be refused with a 4xx. False: it may make sense.</param>
internal sealed record BadRequest(string Method, string Target, string Headers, byte[] Body, bool IsWrong = true)
{
    public override string ToString() =>
        $"{Method} {(Target.Length > 200 ? $"{Target[..200]}… ({Target.Length} characters)" : Target)} [{Headers.Trim().ReplaceLineEndings("; ")}] "
        + (Body.Length > 200 ? $"{Body.Length} bytes" : Encoding.Latin1.GetString(Body));
}

/// <summary>An operation of openapi.json as it would be asked rightly, and the ways to spoil it.</summary>
internal sealed class Askable
{
    private readonly ApiDocument document = ApiDocument.Own;
    private readonly List<JsonElement> parameters;
    private readonly string path;
    private readonly string verb;

    public Askable(string path, string verb, JsonElement operation)
    {
        (this.path, this.verb) = (path, verb);
        parameters = operation.TryGetProperty("parameters", out var given) ? [.. given.EnumerateArray().Select(document.Resolve)] : [];
        if (!operation.TryGetProperty("requestBody", out var body))
            return;
        var json = body.GetProperty("content").GetProperty("application/json");
        BodySchema = document.Resolve(json.GetProperty("schema"));
        Example = json.GetProperty("example");
        TakesBytes = body.GetProperty("content").TryGetProperty("application/octet-stream", out _);
        IsBodyRequired = body.TryGetProperty("required", out var required) && required.GetBoolean();
    }

    public string Path => path;

    public string Verb => verb;

    public JsonElement? BodySchema { get; }

    public JsonElement? Example { get; }

    public bool TakesBytes { get; }

    public bool IsBodyRequired { get; }

    public IEnumerable<JsonElement> In(string place) => parameters.Where(one => one.GetProperty("in").GetString() == place);

    public static string NameOf(JsonElement parameter) => parameter.GetProperty("name").GetString()!;

    public JsonElement SchemaOf(JsonElement parameter) => document.Resolve(parameter.GetProperty("schema"));

    /// <summary>The request with what its parameters need, and with more where that is given.</summary>
    public BadRequest Ask(
        IEnumerable<(string Name, string Value)>? query = null, string headers = "", byte[]? body = null, Func<string, string?>? inPath = null, bool isWrong = true)
    {
        var target = path;
        foreach (var parameter in In("path"))
            target = target.Replace($"{{{NameOf(parameter)}}}", inPath?.Invoke(NameOf(parameter)) ?? "7", StringComparison.Ordinal);
        var given = query?.ToList() ?? [];
        foreach (var needed in In("query").Where(one => one.GetProperty("required").GetBoolean() && given.TrueForAll(pair => pair.Name != NameOf(one))))
            given.Add((NameOf(needed), Right(needed)));
        var text = string.Join('&', given.Select(pair => pair.Value.Length > 0 ? $"{pair.Name}={pair.Value}" : pair.Name));
        return new BadRequest(verb, text.Length > 0 ? $"{target}?{text}" : target, headers, body ?? ExampleBytes, isWrong);
    }

    /// <summary>A value of a query parameter that is right by itself.</summary>
    public string Right(JsonElement parameter)
    {
        var schema = SchemaOf(parameter);
        if (schema.TryGetProperty("items", out var items))
            schema = document.Resolve(items);
        if (schema.TryGetProperty("enum", out var choices))
            return choices[0].GetString()!;
        return schema.GetProperty("type").GetString() switch
        {
            "integer" => schema.TryGetProperty("minimum", out var least) ? $"{Math.Max(1, least.GetInt64())}" : "1",
            "boolean" => "true",
            _ => "YQ",
        };
    }

    /// <summary>Values that this parameter cannot have, as they go over the wire.</summary>
    public IEnumerable<string> Wrong(JsonElement parameter)
    {
        var schema = SchemaOf(parameter);
        if (schema.TryGetProperty("items", out var items))
            schema = document.Resolve(items);
        string[] never = ["%", "%z1", "a%2", "caf\u00e9"];
        if (schema.TryGetProperty("enum", out _))
            return [.. never, "nonsense", "%00", "KEY", "%FF", new string('x', 5000)];
        return schema.GetProperty("type").GetString() switch
        {
            "integer" => [.. never, "-1", "abc", "1.5", "1e3", "0x10", "99999999999999999999", "%00", "%FF", "1%00", "+1", "%201", "NaN", new string('9', 5000)],
            "boolean" => [.. never, "maybe", "TRUE", "1", "0", "%00", "%FF", new string('x', 5000)],
            _ when schema.TryGetProperty("contentEncoding", out _) => [.. never, "!", "a", "%FF", "a=b=c", "YQ%00", "YQ!!"],
            _ => never,
        };
    }

    public byte[] ExampleBytes => Example is { } example ? Encoding.UTF8.GetBytes(example.GetRawText()) : [];
}
