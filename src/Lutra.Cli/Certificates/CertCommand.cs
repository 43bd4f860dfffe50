using System.CommandLine;

namespace Lutra.Cli.Certificates;

/// <summary>Certificates for a cluster.</summary>
internal static class CertCommand
{
    public static Command Create() => new("cert", "Certificates for TLS: makes a CA, and what nodes and clients need") { new CertInitCommand() };
}
