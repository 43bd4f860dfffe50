namespace Lutra.Acceptance.Links;

/// <summary>What happens to what one node sends to another. All probabilities are from 0 to 1.</summary>
internal sealed record LinkState
{
    public static readonly LinkState Clear = new();

    /// <summary>Connections are closed, and new ones closed as soon as it is known who dialled.</summary>
    public bool IsCut { get; init; }

    /// <summary>Bytes are taken and kept until this ends, as by a network that drops every packet: nobody is told.</summary>
    public bool IsHeld { get; init; }

    /// <summary>How long everything is on its way.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Up to so much longer, drawn for each piece; the order stays.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Of each consensus message, that it does not arrive.</summary>
    public double Loss { get; init; }

    /// <summary>Of each consensus message, that it arrives twice.</summary>
    public double Duplication { get; init; }

    /// <summary>Of each consensus message, that the next one overtakes it.</summary>
    public double Reordering { get; init; }

    /// <summary>Of each piece, that the connection breaks in the middle of it.</summary>
    public double Breaking { get; init; }

    /// <summary>0: as much as there is.</summary>
    public int BytesPerSecond { get; init; }
}
