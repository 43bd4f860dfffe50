using System.Text;
using Lutra.Server.Rest.Replies;
using Lutra.Server.Rest.Requests;
using Microsoft.AspNetCore.Http;

namespace Lutra.Server.Rest.Health;

/// <summary>
/// <c>/livez</c> and <c>/readyz</c>, as etcd and Kubernetes probe them: all checks, one by <c>/readyz/{check}</c>, or all but some by
/// <c>?exclude=</c>; every line with <c>?verbose</c>, and in any case where one fails (503).
/// </summary>
internal static class ProbeRoute
{
    private static readonly string[] Parameters = ["verbose", "exclude"];

    public static Task HandleAsync(RestCall call, string name, IReadOnlyList<ReadinessCheck> checks) =>
        call.Method is "GET" or "HEAD" ? RunAsync(call, name, checks) : call.RefuseVerb("GET, HEAD");

    private static async Task RunAsync(RestCall call, string name, IReadOnlyList<ReadinessCheck> checks)
    {
        var query = QueryValues.Parse(call.Target.Query, Parameters, repeatable: "exclude");
        var verbose = query.Flag("verbose");
        var excluded = query.Texts("exclude").Where(one => one.Length > 0).ToHashSet(StringComparer.Ordinal);
        if (call.Target.Rest is { IsEmpty: false } path)
        {
            checks = checks.Where(check => path.Span.SequenceEqual(check.Name)).ToArray();
            if (checks.Count == 0)
                throw new RefusedException(Problem.NoSuchPath);
        }

        var lines = new StringBuilder();
        var failed = false;
        foreach (var check in checks)
        {
            if (excluded.Remove(check.Name))
            {
                lines.Append($"[+]{check.Name} excluded: ok\n");
                continue;
            }

            var fault = await call.Face.Health.RunAsync(check, call.Aborted);
            failed |= fault is not null;
            lines.Append(fault is null ? $"[+]{check.Name} ok\n" : $"[-]{check.Name} failed: {fault}\n");
        }

        foreach (var unknown in excluded.Order(StringComparer.Ordinal))
            lines.Append($"warn: there is no check {unknown} to exclude\n");
        Answer(call.Http.Response, failed ? $"{lines}{name} check failed\n" : verbose ? $"{lines}ok\n" : "ok\n", failed);
    }

    private static void Answer(HttpResponse response, string text, bool failed)
    {
        var body = Encoding.UTF8.GetBytes(text);
        response.StatusCode = failed ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        response.ContentType = "text/plain; charset=utf-8";
        response.ContentLength = body.Length;
        System.Buffers.BuffersExtensions.Write(response.BodyWriter, body);
    }
}
