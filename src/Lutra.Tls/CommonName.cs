using System.Security.Cryptography.X509Certificates;

namespace Lutra.Tls;

/// <summary>The common name of a certificate's subject, which says who its holder is.</summary>
public static class CommonName
{
    private const string Id = "2.5.4.3";

    /// <summary>
    /// Null: it has none. .NET's simple name would not do: where there is no common name it takes an alternative one, a host's or an e-mail address, which was vouched for
    /// as something else. Of several the last, as Go takes it; one that shares its place with another part counts as none.
    /// </summary>
    public static string? Of(X509Certificate2 certificate)
    {
        string? name = null;
        foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames(reversed: false))
        {
            if (!part.HasMultipleElements && part.GetSingleElementType().Value == Id)
                name = part.GetSingleElementValue();
        }

        return name is { Length: > 0 } ? name : null;
    }
}
