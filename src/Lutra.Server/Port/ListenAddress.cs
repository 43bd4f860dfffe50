using System.Globalization;
using System.Net;

namespace Lutra.Server.Port;

/// <summary>Where to listen: <c>host:port</c>, <c>[::1]:port</c>, or <c>:port</c>, which means localhost.</summary>
/// <param name="Host">"localhost", or an IP address.</param>
/// <param name="Port">0: any free one.</param>
public sealed record ListenAddress(string Host, int Port)
{
    public const string Localhost = "localhost";

    /// <summary>The address as IP; null for localhost, which stands for both of its addresses.</summary>
    public IPAddress? Ip => Host == Localhost ? null : IPAddress.Parse(Host);

    /// <summary>Only this machine can reach it.</summary>
    public bool IsLoopback => Ip is not { } ip || IPAddress.IsLoopback(ip);

    /// <summary>Throws <see cref="FormatException"/>, saying what is wrong and what would be right.</summary>
    public static ListenAddress Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > IPEndPoint.MaxPort)
            throw new FormatException($"'{text}' is no address to listen on: it needs host:port with a port from 0 to 65535, such as localhost:2379.");
        var host = text[..colon];
        if (host.Length == 0 || host.Equals(Localhost, StringComparison.OrdinalIgnoreCase))
            return new ListenAddress(Localhost, port);
        if (host is ['[', .. var inner, ']'])
            host = inner;
        else if (host.Contains(':'))
            throw new FormatException($"'{text}' is no address to listen on: an IPv6 address goes in brackets, such as [::1]:2379.");
        return IPAddress.TryParse(host, out var ip)
            ? new ListenAddress(ip.ToString(), port)
            : throw new FormatException($"'{text}' is no address to listen on: '{host}' is neither localhost nor an IP address; 0.0.0.0 means all interfaces.");
    }

    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
