namespace Lutra.Protocol;

/// <summary>What bodies are made of.</summary>
public static class MediaTypes
{
    public const string Json = "application/json";

    /// <summary>RFC 9457.</summary>
    public const string Problem = "application/problem+json";

    /// <summary>A value, as its bytes are.</summary>
    public const string Bytes = "application/octet-stream";

    /// <summary>Server-Sent Events.</summary>
    public const string Events = "text/event-stream";

    public const string Text = "text/plain";

    /// <summary>What curl calls any body that it was not told about.</summary>
    public const string Form = "application/x-www-form-urlencoded";
}
