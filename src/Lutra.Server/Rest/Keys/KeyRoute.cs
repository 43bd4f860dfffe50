namespace Lutra.Server.Rest.Keys;

/// <summary><c>/key/{key}</c>, and <c>/key?key_base64=</c> for keys that a path cannot carry.</summary>
internal static class KeyRoute
{
    public static Task HandleAsync(RestCall call) => call.Method switch
    {
        "GET" or "HEAD" => KeyRead.HandleAsync(call),
        "PUT" => KeyWrite.HandleAsync(call),
        "DELETE" => KeyDelete.HandleAsync(call),
        _ => call.RefuseVerb("GET, HEAD, PUT, DELETE"),
    };
}
