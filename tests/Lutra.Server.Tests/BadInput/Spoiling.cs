using System.Text;
using System.Text.Json;
using Lutra.Server.Tests.OpenApi;

namespace Lutra.Server.Tests.BadInput;

/// <summary>The ways to ask an operation wrongly, one at a time and beside what is right.</summary>
internal static class Spoiling
{
    private static readonly string[] WrongTypes =
        ["null", "[]", "{}", "[1]", "{\"a\":1}", "\"x\"", "\"\"", "-1", "1.5", "1e999", "99999999999999999999", "true", "\"\\ud800\"", "\"\\u0000\""];

    public static IEnumerable<BadRequest> All(Askable operation) =>
    [
        .. Query(operation), .. Headers(operation), .. Path(operation),
        .. operation.BodySchema is null ? [] : Bodies(operation).Concat(Members(operation)).Concat(Nested(operation)).Concat(MediaTypes(operation)),
    ];

    private static IEnumerable<BadRequest> Query(Askable operation)
    {
        yield return operation.Ask([("nobody", "knows")]);
        yield return operation.Ask([("", "x")]);
        yield return operation.Ask([("%00", "x")]);
        yield return operation.Ask([("%", "x")]);
        yield return operation.Ask([("%FF", "")]);
        yield return operation.Ask([(new string('x', 10_000), "1")]);
        var known = operation.In("query").ToList();
        foreach (var parameter in known)
        {
            var name = Askable.NameOf(parameter);
            var right = operation.Right(parameter);
            if (operation.SchemaOf(parameter).GetProperty("type").GetString() != "array")
                yield return operation.Ask([(name, right), (name, right)]);
            yield return operation.Ask([(name.ToUpperInvariant(), right)]);

            // What is done before the fault is seen would stay: so everything else is asked for, too.
            var others = known.Where(one => Askable.NameOf(one) is not ("lease" or "from" or "to" or "after" or "prefix") && Askable.NameOf(one) != name)
                .Select(one => (Askable.NameOf(one), operation.Right(one))).ToList();
            foreach (var wrong in operation.Wrong(parameter))
            {
                yield return operation.Ask([(name, wrong)]);
                yield return operation.Ask([.. others, (name, wrong)]);
            }
        }
    }

    private static IEnumerable<BadRequest> Headers(Askable operation)
    {
        foreach (var parameter in operation.In("header"))
        {
            var name = Askable.NameOf(parameter);
            string[] wrong = name switch
            {
                "If-Match" => ["7", "\"x\"", "\"\"", "\"0\"", "\"-1\"", "\"1\", \"2\"", "W/\"7\"", "\"99999999999999999999\"", "", "**"],
                "If-None-Match" => ["7", "\"x\"", "\"\"", "\"0\"", "\"-1\"", "\"1\", \"2\"", "w/\"7\"", "\"99999999999999999999\"", "", "**"],
                "Idempotency-Key" => ["", new string('k', 129), new string('k', 5000)],
                "Last-Event-ID" => ["", "x", "-1", "1.5", "9223372036854775807", "99999999999999999999", "1,2"],
                _ => [],
            };
            foreach (var value in wrong)
                yield return operation.Ask(headers: $"{name}: {value}\r\n");
            yield return operation.Ask(headers: $"{name}: \"1\"\r\n{name}: \"2\"\r\n");
        }
    }

    private static IEnumerable<BadRequest> Path(Askable operation)
    {
        foreach (var parameter in operation.In("path"))
        {
            var name = Askable.NameOf(parameter);
            string[] wrong = operation.SchemaOf(parameter).GetProperty("type").GetString() == "integer"
                ? ["0", "-1", "x", "1.5", "99999999999999999999", "%", "%00", "caf\u00e9", "%37", new string('9', 5000), "7;x=1"]
                : ["%", "%z1", "a%2", "caf\u00e9"];
            foreach (var value in wrong)
                yield return operation.Ask(inPath: one => one == name ? value : null);
            if (name == "key")
                yield return operation.Ask(inPath: _ => new string('k', 64 * 1024 + 1));
        }
    }

    private static IEnumerable<BadRequest> Bodies(Askable operation)
    {
        string[] wrong =
        [
            "[]", "\"\"", "0", "true", "{", "}", "{}{}", "{\"", "{\"nobody\":1}", "\0", "{\"value\":\"\u0001\"}", "\uFEFF{}", "<xml/>", "key=value", "{'value':1}", "// {}",
            "[" + string.Join(',', Enumerable.Repeat("1", 1000)) + "]", new string('[', 10_000), string.Concat(Enumerable.Repeat("{\"a\":", 1000)),
        ];
        foreach (var text in wrong)
            yield return operation.Ask(body: Encoding.UTF8.GetBytes(text));
        yield return operation.Ask(body: [0xff, 0xfe, 0x00, 0x80]);
        yield return operation.Ask(body: "{\"\u00ff"u8.ToArray());
        yield return operation.Ask(body: [.. "{\"value\":\""u8, 0xc3, .. "\"}"u8]);
        yield return operation.Ask(body: new byte[5 * 1024 * 1024]);
        yield return operation.Ask(body: Encoding.UTF8.GetBytes($"{{\"value\":\"{new string('v', 4 * 1024 * 1024)}\"}}"));
        yield return operation.Ask(body: [], isWrong: operation.IsBodyRequired);
        yield return operation.Ask(body: "null"u8.ToArray(), isWrong: operation.IsBodyRequired);
        yield return operation.Ask(body: "{}"u8.ToArray(), isWrong: false);
    }

    // Every member with every wrong type beside the example's others, and twice.
    private static IEnumerable<BadRequest> Members(Askable operation)
    {
        var example = operation.Example!.Value;
        foreach (var member in operation.BodySchema!.Value.GetProperty("properties").EnumerateObject())
        {
            var others = example.EnumerateObject().Where(one => one.Name != member.Name).Select(one => $"{JsonSerializer.Serialize(one.Name)}:{one.Value.GetRawText()}").ToList();
            var wanted = member.Value.TryGetProperty("type", out var type) ? type.ToString() : "object";
            foreach (var value in WrongTypes)
            {
                var body = Encoding.UTF8.GetBytes($"{{{string.Join(',', [.. others, $"\"{member.Name}\":{value}"])}}}");
                yield return operation.Ask(body: body, isWrong: IsWrong(wanted, value));
            }

            foreach (var name in new[] { member.Name, member.Name.ToUpperInvariant() })
            {
                var twice = $"{{{string.Join(',', [.. others, $"\"{member.Name}\":1,\"{name}\":1"])}}}";
                yield return operation.Ask(body: Encoding.UTF8.GetBytes(twice));
            }
        }
    }

    // What stands in the lists of a transaction: whatever is wrong in one of them, none of it is done.
    private static IEnumerable<BadRequest> Nested(Askable operation)
    {
        if (operation.Path != "/txn")
            yield break;
        const string Done = """{"put":{"key":"done","value":"x"}}""";
        (string Schema, string Others, Func<string, string> Wrap)[] places =
        [
            ("PutOperation", "\"key\":\"a\",\"value\":\"b\"", body => $$"""{"then":[{{Done}},{"put":{{body}}}]}"""),
            ("GetOperation", "\"key\":\"a\"", body => $$"""{"then":[{{Done}},{"get":{{body}}}]}"""),
            ("DeleteOperation", "\"key\":\"a\"", body => $$"""{"then":[{{Done}},{"delete":{{body}}}]}"""),
            ("Compare", "\"key\":\"a\",\"version\":0", body => $$"""{"compare":[{{body}}],"then":[{{Done}}]}"""),
            ("Operation", "\"put\":{\"key\":\"a\",\"value\":\"b\"}", body => $$"""{"then":[{{Done}},{{body}}]}"""),
        ];
        foreach (var (schema, others, wrap) in places)
        {
            var properties = ApiDocument.Own.Root.GetProperty("components").GetProperty("schemas").GetProperty(schema).GetProperty("properties");
            foreach (var member in properties.EnumerateObject())
            {
                var wanted = member.Value.TryGetProperty("type", out var type) ? type.ToString() : "object";
                foreach (var value in WrongTypes)
                {
                    yield return operation.Ask(body: Encoding.UTF8.GetBytes(wrap($$"""{"{{member.Name}}":{{value}},{{others}}}""")), isWrong: IsWrong(wanted, value));
                    yield return operation.Ask(body: Encoding.UTF8.GetBytes(wrap($$"""{"{{member.Name}}":{{value}}}""")), isWrong: IsWrong(wanted, value));
                }
            }

            yield return operation.Ask(body: Encoding.UTF8.GetBytes(wrap("{}")));
            yield return operation.Ask(body: Encoding.UTF8.GetBytes(wrap("null")));
            yield return operation.Ask(body: Encoding.UTF8.GetBytes(wrap($$"""{"nobody":1,{{others}}}""")));
        }

        yield return operation.Ask(body: Encoding.UTF8.GetBytes($$"""{"then":[{{string.Join(',', Enumerable.Repeat(Done, 129))}}]}"""));
    }

    private static bool IsWrong(string wanted, string value) => wanted switch
    {
        "string" => value is not ("null" or "\"x\"" or "\"\"" or "\"\\u0000\""),
        "integer" => value is not ("null" or "-1"),
        "boolean" => value is not ("null" or "true"),
        "array" => value is not ("null" or "[]" or "[1]"),
        _ => false,
    };

    private static IEnumerable<BadRequest> MediaTypes(Askable operation)
    {
        foreach (var type in new[] { "text/html", "text/plain", "application/xml", "multipart/form-data; boundary=x", "application/jsonx", "nonsense", "/", "a/b;c" })
            yield return operation.Ask(headers: $"Content-Type: {type}\r\n");
        if (!operation.TakesBytes)
            yield return operation.Ask(headers: "Content-Type: application/octet-stream\r\n");
        if (operation.Verb == "POST")
            yield return operation.Ask(headers: "Origin: http://elsewhere.example\r\n");
    }
}
