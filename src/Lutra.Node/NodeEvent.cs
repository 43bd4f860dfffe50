namespace Lutra.Node;

public enum NodeEventLevel
{
    Information,
    Warning,
    Error,
}

/// <summary>Something worth a line in a log, in plain words.</summary>
public sealed record NodeEvent(NodeEventLevel Level, string Message);
