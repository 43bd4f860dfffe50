using System.Collections.Concurrent;
using System.Diagnostics;
using Lutra.Server.Tests.OpenApi;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

[assembly: AssemblyFixture(typeof(SeenAnswers))]

namespace Lutra.Server.Tests.OpenApi;

/// <summary>
/// Looks at every answer that any test of this assembly gets from a server in this process, and keeps those that openapi.json does not know. A test that makes
/// the store say what it never would marks its requests with the header Lutra-Test.
/// </summary>
public sealed class SeenAnswers : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    private const string RequestEnded = "Microsoft.AspNetCore.Hosting.HttpRequestIn.Stop";

    private readonly ConcurrentDictionary<string, byte> undocumented = [];
    private readonly ConcurrentBag<IDisposable> subscriptions = [];

    public SeenAnswers() => subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));

    void IObserver<DiagnosticListener>.OnNext(DiagnosticListener listener)
    {
        if (listener.Name == "Microsoft.AspNetCore")
            subscriptions.Add(listener.Subscribe(this, (name, _, _) => name.StartsWith("Microsoft.AspNetCore.Hosting.HttpRequestIn", StringComparison.Ordinal)));
    }

    void IObserver<KeyValuePair<string, object?>>.OnNext(KeyValuePair<string, object?> happened)
    {
        if (happened.Key == RequestEnded && happened.Value is HttpContext http && Judge(http) is { } fault)
            undocumented.TryAdd(fault, 0);
    }

    void IObserver<DiagnosticListener>.OnCompleted()
    {
    }

    void IObserver<KeyValuePair<string, object?>>.OnCompleted()
    {
    }

    void IObserver<DiagnosticListener>.OnError(Exception error)
    {
    }

    void IObserver<KeyValuePair<string, object?>>.OnError(Exception error)
    {
    }

    public void Dispose()
    {
        foreach (var subscription in subscriptions)
            subscription.Dispose();
    }

    /// <summary>Verb, path and status of each.</summary>
    public IEnumerable<string> Undocumented => undocumented.Keys.Order(StringComparer.Ordinal);

    private static string? Judge(HttpContext http)
    {
        if (http.RequestAborted.IsCancellationRequested || http.Request.Headers.ContainsKey("Lutra-Test"))
            return null;
        return Fault(http.Request.Method, http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, http.Response.StatusCode);
    }

    /// <summary>Null where the document knows that answer, or the target is none of its paths.</summary>
    internal static string? Fault(string method, string target, int status)
    {
        if (ApiDocument.Own.TemplateOf(target) is not { } template)
            return null;
        var verbs = ApiDocument.Own.VerbsOf(template)!;
        var verb = method == "HEAD" ? "GET" : method;
        if (!verbs.Contains(verb) || (method == "HEAD" && status == StatusCodes.Status405MethodNotAllowed))
            return status == StatusCodes.Status405MethodNotAllowed ? null : $"{method} {template}: {status}, and the verb is not there";
        var operation = ApiDocument.Own.Operations.Single(one => one.Path == template && one.Verb == verb).Operation;
        return operation.GetProperty("responses").TryGetProperty($"{status}", out _) ? null : $"{method} {template}: {status}";
    }
}
