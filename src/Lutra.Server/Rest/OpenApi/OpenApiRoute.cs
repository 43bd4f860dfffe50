using Lutra.Protocol;
using Lutra.Server.Rest.Requests;

namespace Lutra.Server.Rest.OpenApi;

/// <summary><c>GET /openapi.json</c>: the description of all that the face answers to, as it lies beside this file. Written by hand; tests hold it to the routes.</summary>
internal static class OpenApiRoute
{
    private static readonly byte[] Document = Read();

    public static Task HandleAsync(RestCall call)
    {
        call.RequireNothingBelow();
        if (call.Method is not ("GET" or "HEAD"))
            return call.RefuseVerb("GET, HEAD");
        QueryValues.Parse(call.Target.Query, []);
        var response = call.Http.Response;
        response.ContentType = MediaTypes.Json;
        response.ContentLength = Document.Length;
        System.Buffers.BuffersExtensions.Write(response.BodyWriter, Document);
        return Task.CompletedTask;
    }

    private static byte[] Read()
    {
        using var resource = typeof(OpenApiRoute).Assembly.GetManifestResourceStream("openapi.json")
            ?? throw new InvalidOperationException("openapi.json is not part of this build.");
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }
}
