using System.Diagnostics.CodeAnalysis;
using System.Net.Security;

namespace Lutra.Tls;

/// <summary>What stands in for verification where a person has turned it off.</summary>
internal static class Unverified
{
    [SuppressMessage("Security", "CA5359", Justification = "It is what --insecure-skip-tls-verify and --auto-tls say, in as many words.")]
    public static readonly RemoteCertificateValidationCallback BelieveAnybody = static (_, _, _, _) => true;
}
