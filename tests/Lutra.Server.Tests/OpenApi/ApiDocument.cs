using System.Text.Json;
using Lutra.Server.Tests.Support;

namespace Lutra.Server.Tests.OpenApi;

/// <summary>openapi.json, as it lies in the repository.</summary>
internal sealed class ApiDocument
{
    public static readonly ApiDocument Own = new(RepositoryFiles.Read("src/Lutra.Server/Rest/OpenApi/openapi.json"));

    public ApiDocument(string text) => Root = JsonDocument.Parse(text).RootElement;

    public JsonElement Root { get; }

    /// <summary>Every operation: path template, verb in capitals, and what the document says of it.</summary>
    public IEnumerable<(string Path, string Verb, JsonElement Operation)> Operations =>
        from path in Root.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        select (path.Name, operation.Name.ToUpperInvariant(), operation.Value);

    /// <summary>The verbs of a path; null where it is not in the document.</summary>
    public IReadOnlyList<string>? VerbsOf(string path) =>
        Root.GetProperty("paths").TryGetProperty(path, out var found) ? [.. found.EnumerateObject().Select(one => one.Name.ToUpperInvariant())] : null;

    /// <summary>What a reference leads to; the element itself where it is none.</summary>
    public JsonElement Resolve(JsonElement element)
    {
        while (element.ValueKind == JsonValueKind.Object && element.TryGetProperty("$ref", out var reference))
        {
            var at = Root;
            foreach (var step in reference.GetString()!.Split('/')[1..])
                Assert.True(at.TryGetProperty(step.Replace("~1", "/", StringComparison.Ordinal), out at), $"{reference} leads nowhere.");
            element = at;
        }

        return element;
    }

    /// <summary>The path template that a target on the wire belongs to; null where there is none. A key takes the rest of the path, slashes and all.</summary>
    public string? TemplateOf(string target)
    {
        var path = target.Split('?')[0].Split('/')[1..];
        return Root.GetProperty("paths").EnumerateObject().Select(one => one.Name)
            .Where(template => Fits(template.Split('/')[1..], path))
            .OrderBy(template => template.Count(letter => letter == '{')).FirstOrDefault();
    }

    /// <summary>What of <paramref name="value"/> does not fit the schema; empty where all does.</summary>
    public IEnumerable<string> Misfits(JsonElement schema, JsonElement value, string where)
    {
        schema = Resolve(schema);
        if (schema.TryGetProperty("oneOf", out var choices))
        {
            if (choices.EnumerateArray().Count(choice => !Misfits(choice, value, where).Any()) != 1)
                yield return $"{where} does not fit exactly one of its choices.";
            yield break;
        }

        if (schema.TryGetProperty("type", out var type) && !Types(type).Any(one => IsOf(one, value)))
            yield return $"{where} is {value.ValueKind}, not {type}.";
        if (schema.TryGetProperty("enum", out var allowed) && !allowed.EnumerateArray().Any(one => one.GetRawText() == value.GetRawText()))
            yield return $"{where} is {value}, which is none of its values.";
        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
        {
            foreach (var misfit in value.EnumerateArray().SelectMany((item, at) => Misfits(items, item, $"{where}[{at}]")))
                yield return misfit;
        }

        if (value.ValueKind != JsonValueKind.Object)
            yield break;
        foreach (var misfit in MisfitsOfObject(schema, value, where))
            yield return misfit;
    }

    private IEnumerable<string> MisfitsOfObject(JsonElement schema, JsonElement value, string where)
    {
        if (schema.TryGetProperty("required", out var required))
        {
            foreach (var name in required.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _)))
                yield return $"{where} lacks {name}.";
        }

        var known = schema.TryGetProperty("properties", out var properties) ? properties : default;
        foreach (var member in value.EnumerateObject())
        {
            if (known.ValueKind == JsonValueKind.Object && known.TryGetProperty(member.Name, out var shape))
            {
                foreach (var misfit in Misfits(shape, member.Value, $"{where}.{member.Name}"))
                    yield return misfit;
            }
            else if (schema.TryGetProperty("additionalProperties", out var others) && others.ValueKind == JsonValueKind.False)
            {
                yield return $"{where}.{member.Name} is not in the document.";
            }
        }
    }

    private static bool Fits(string[] template, string[] path)
    {
        for (var at = 0; at < template.Length; at++)
        {
            if (template[at] == "{key}")
                return at < path.Length && (path.Length > at + 1 || path[at].Length > 0);
            if (at >= path.Length || (template[at][0] == '{' ? path[at].Length == 0 : template[at] != path[at]))
                return false;
        }

        return path.Length == template.Length || (path.Length == template.Length + 1 && path[^1].Length == 0);
    }

    private static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(one => one.GetString()!) : [type.GetString()!];

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => false,
    };
}
