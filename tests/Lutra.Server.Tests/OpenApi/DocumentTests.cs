using System.Text.Json;
using System.Text.RegularExpressions;
using Lutra.Server.Rest;
using Lutra.Server.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Lutra.Server.Tests.OpenApi;

/// <summary>openapi.json against the routes, and against the rules of OpenAPI 3.1 that it could break.</summary>
public sealed partial class DocumentTests
{
    private static readonly string[] AllVerbs = ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"];
    private readonly ApiDocument document = ApiDocument.Own;

    [Fact]
    public async Task What_the_host_maps_and_what_the_document_describes_is_the_same_verb_by_verb()
    {
        await using var application = WebApplication.CreateSlimBuilder().Build();
        application.MapLutra(new MemoryStore(), "/store");
        var mapped =
            from endpoint in ((IEndpointRouteBuilder)application).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            let path = endpoint.RoutePattern.RawText!["/store".Length..].Replace("{**key}", "{key}", StringComparison.Ordinal)
            from verb in endpoint.Metadata.GetRequiredMetadata<RestRoute>().Verbs
            where verb != "HEAD"
            select $"{verb} {path}";
        Assert.Equal(mapped.Order(StringComparer.Ordinal), document.Operations.Select(one => $"{one.Verb} {one.Path}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_path_takes_the_verbs_that_its_route_lists_and_refuses_all_others_naming_them()
    {
        await using var server = await RunningServer.StartAsync();
        foreach (var route in RestRoutes.All)
        {
            var target = Parameter().Replace(route.Template, "7");
            foreach (var verb in AllVerbs)
            {
                var answer = await server.SendAsync(verb, target, "Lutra-Test: artificial\r\n");
                if (route.Verbs.Contains(verb))
                {
                    Assert.True(answer.Status != 405, $"{verb} {target} is listed and refused.");
                }
                else
                {
                    Assert.True(answer.Status == 405, $"{verb} {target} is not listed, and answers {answer.Status}.");
                    Assert.Equal(route.Verbs.Order(), answer.Headers["Allow"].Split(", ").Order());
                }
            }

            // HEAD is GET without a body, but where an answer has no end.
            Assert.Equal(route.Verbs.Contains("GET") && route.Template is not ("/watch" or "/raft/stream"), route.Verbs.Contains("HEAD"));
        }
    }

    [Fact]
    public async Task It_is_served_as_it_lies_in_the_repository()
    {
        await using var server = await RunningServer.StartAsync();
        var answer = await server.SendAsync("GET", "/openapi.json");
        Assert.Equal("application/json", answer.Headers["Content-Type"]);
        Assert.Equal(RepositoryFiles.Read("src/Lutra.Server/Rest/OpenApi/openapi.json"), answer.Text);
        Assert.Equal("3.1.0", answer.Json.GetProperty("openapi").GetString());
    }

    [Fact]
    public void Its_version_is_that_of_the_build()
    {
        var version = typeof(LutraServer).Assembly.GetName().Version!.ToString(3);
        Assert.Equal(version, document.Root.GetProperty("info").GetProperty("version").GetString());
    }

    [Fact]
    public void Every_reference_leads_somewhere_and_every_component_is_used()
    {
        var references = References(document.Root).ToHashSet();
        foreach (var reference in references)
            document.Resolve(JsonDocument.Parse($$"""{"$ref":"{{reference}}"}""").RootElement);
        foreach (var kind in document.Root.GetProperty("components").EnumerateObject())
        {
            // A message of a watch is the text of a stream, which OpenAPI cannot point from.
            foreach (var component in kind.Value.EnumerateObject().Where(one => one.Name is not ("WatchMessage" or "WatchEvent")))
                Assert.Contains($"#/components/{kind.Name}/{component.Name}", references);
        }
    }

    [Fact]
    public void Operations_have_names_of_their_own_and_say_what_they_are_and_what_they_answer()
    {
        var operations = document.Operations.ToList();
        Assert.Equal(operations.Count, operations.Select(one => one.Operation.GetProperty("operationId").GetString()).Distinct().Count());
        var tags = document.Root.GetProperty("tags").EnumerateArray().Select(tag => tag.GetProperty("name").GetString()).ToHashSet();
        foreach (var (path, verb, operation) in operations)
        {
            Assert.NotEmpty(operation.GetProperty("summary").GetString()!);
            Assert.All(operation.GetProperty("tags").EnumerateArray(), tag => Assert.Contains(tag.GetString(), tags));
            Assert.NotEmpty(operation.GetProperty("responses").EnumerateObject());
            foreach (var response in operation.GetProperty("responses").EnumerateObject())
            {
                Assert.Matches("^[1-5][0-9][0-9]$", response.Name);
                Assert.True(document.Resolve(response.Value).TryGetProperty("description", out _), $"{verb} {path}: {response.Name} has no description.");
            }

            if (operation.TryGetProperty("requestBody", out var body))
                Assert.NotEmpty(body.GetProperty("content").EnumerateObject());
        }
    }

    [Fact]
    public void Parameters_are_those_of_their_paths_and_are_given_once()
    {
        foreach (var (path, verb, operation) in document.Operations)
        {
            var parameters = operation.TryGetProperty("parameters", out var given) ? given.EnumerateArray().Select(document.Resolve).ToList() : [];
            var keys = parameters.Select(one => $"{one.GetProperty("in")} {one.GetProperty("name")}").ToList();
            Assert.True(keys.Count == keys.Distinct().Count(), $"{verb} {path}: a parameter is there twice.");
            Assert.Equal(
                PathParameter().Matches(path).Select(match => match.Groups[1].Value),
                parameters.Where(one => one.GetProperty("in").GetString() == "path").Select(one => one.GetProperty("name").GetString()!));
            foreach (var parameter in parameters)
            {
                Assert.Contains(parameter.GetProperty("in").GetString(), new[] { "path", "query", "header" });
                Assert.True(parameter.TryGetProperty("schema", out _), $"{verb} {path}: {parameter.GetProperty("name")} has no schema.");
                Assert.True(parameter.GetProperty("in").GetString() != "path" || parameter.GetProperty("required").GetBoolean());
            }
        }
    }

    /// <summary>A parameter that a call takes is known by its answer to one that it does not take: it names them all.</summary>
    [Fact]
    public async Task The_query_parameters_of_the_document_are_those_that_the_calls_take()
    {
        await using var server = await RunningServer.StartAsync();
        foreach (var (path, verb, operation) in document.Operations.Where(one => !one.Path.StartsWith("/raft/", StringComparison.Ordinal)))
        {
            var answer = await server.SendAsync(verb, $"{PathParameter().Replace(path, "7")}?nobody=knows", "Lutra-Test: artificial\r\n");
            Assert.True(answer.Status == 400, $"{verb} {path}: {answer.Status}");
            var detail = answer.Json.GetProperty("detail").GetString()!;
            Assert.StartsWith("Unknown query parameter 'nobody'. This call takes", detail, StringComparison.Ordinal);
            string[] takes = detail.EndsWith("takes none.", StringComparison.Ordinal) ? [] : detail[(detail.IndexOf("takes: ", StringComparison.Ordinal) + 7)..^1].Split(", ");
            var told = operation.TryGetProperty("parameters", out var given)
                ? given.EnumerateArray().Select(document.Resolve).Where(one => one.GetProperty("in").GetString() == "query").Select(one => one.GetProperty("name").GetString()!)
                : [];

            // The key is in the path or in the query, and these are two paths of the document.
            var key = path.StartsWith("/key", StringComparison.Ordinal) && path != "/keys" || path.StartsWith("/kv/", StringComparison.Ordinal);
            Assert.Equal(
                takes.Where(name => !key || name is not ("key" or "key_base64")).Order(), told.Where(name => !key || name is not ("key" or "key_base64")).Order());
        }
    }

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(one => one.NameEquals("$ref") ? [one.Value.GetString()!] : References(one.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\{([^}]*)\}")]
    private static partial Regex PathParameter();
}
