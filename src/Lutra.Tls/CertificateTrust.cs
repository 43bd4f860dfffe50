using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Lutra.Tls;

/// <summary>Whether a certificate that the other end showed is to be believed.</summary>
public static class CertificateTrust
{
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    /// <summary>What speaks against a client or a peer that dialled; null: nothing. Whose certificate it is, is another question.</summary>
    /// <param name="shown">The certificate.</param>
    /// <param name="between">What was sent along, to lead to a CA.</param>
    /// <param name="trusted">The CAs that are believed, and no others.</param>
    public static string? FaultOfClient(X509Certificate2 shown, X509Certificate2Collection between, X509Certificate2Collection trusted)
    {
        using var chain = new X509Chain { ChainPolicy = Policy(trusted) };
        chain.ChainPolicy.ExtraStore.AddRange(between);
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientUse));
        return chain.Build(shown)
            ? null
            : string.Join(' ', chain.ChainStatus.Select(status => status.StatusInformation.Trim()).Distinct(StringComparer.Ordinal));
    }

    /// <summary>How chains are built: to these CAs alone (null: those of the machine), without asking anybody on the network.</summary>
    public static X509ChainPolicy Policy(X509Certificate2Collection? trusted)
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (trusted is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(trusted);
        }

        return policy;
    }
}
