using System.Globalization;
using System.Text;
using System.Text.Json;
using Lutra.Protocol;
using Microsoft.AspNetCore.Http;

namespace Lutra.Server.Rest.Replies;

/// <summary>Answers with a problem: as RFC 9457 JSON, or as plain text where that is what the client accepts.</summary>
internal static class ProblemWriter
{
    // Elections end within a second or two; asking again sooner only adds load.
    private const string RetryAfterSeconds = "1";

    // What callers may prove themselves by.
    private const string Challenges = "Basic realm=\"lutra\", charset=\"UTF-8\", Bearer";

    public static void Write(HttpContext http, Problem problem)
    {
        var response = http.Response;
        response.StatusCode = problem.Status;
        var headers = response.Headers;
        if (problem.Allow is not null)
            headers.Allow = problem.Allow;
        if (problem.Upgrade is not null)
            headers.Upgrade = problem.Upgrade;
        if (problem.Status == StatusCodes.Status401Unauthorized)
            headers.WWWAuthenticate = Challenges;
        if (problem.Status == StatusCodes.Status503ServiceUnavailable)
            headers.RetryAfter = RetryAfterSeconds;
        if (problem.CurrentRevision is > 0 and var revision)
            headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{revision}\"");

        if (WantsText(http.Request))
            Send(response, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(AsText(problem)));
        else
            Send(response, MediaTypes.Problem, JsonSerializer.SerializeToUtf8Bytes(AsJson(problem, http.Request.Scheme), LutraJson.Lenient.ProblemBody));
    }

    private static bool WantsText(HttpRequest request)
    {
        string? accept = request.Headers.Accept;
        return accept is not null && accept.Contains(MediaTypes.Text, StringComparison.OrdinalIgnoreCase)
            && !accept.Contains("json", StringComparison.OrdinalIgnoreCase);
    }

    private static string AsText(Problem problem) =>
        problem.Detail is null ? $"{problem.Error}\n" : $"{problem.Error}: {problem.Detail}\n";

    /// <param name="scheme">What is spoken here, and so where the leader is.</param>
    public static ProblemBody AsJson(Problem problem, string scheme) => new()
    {
        Type = $"urn:lutra:problem:{problem.Code}",
        Title = problem.Error,
        Status = problem.Status,
        Detail = problem.Detail,
        Error = problem.Error,
        Code = problem.Code,
        LeaderId = problem.Leader?.Label,
        Leader = problem.Leader is { } leader ? LeaderLink.Of(leader, scheme) : null,
        CurrentRevision = problem.CurrentRevision,
        Limit = problem.Limit,
        Size = problem.Size,
        Option = problem.Option,
    };

    private static void Send(HttpResponse response, string contentType, byte[] body)
    {
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        response.BodyWriter.Write(body);
    }

    private static void Write(this System.IO.Pipelines.PipeWriter writer, ReadOnlySpan<byte> bytes) =>
        System.Buffers.BuffersExtensions.Write(writer, bytes);
}
