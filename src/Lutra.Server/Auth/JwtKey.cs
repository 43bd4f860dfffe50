using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Lutra.Server.Auth;

/// <summary>What signs tokens and checks signatures. Safe from many threads at once.</summary>
internal sealed class JwtKey : IDisposable
{
    private readonly HashAlgorithmName hash;
    private readonly RSA? rsa;
    private readonly RSASignaturePadding padding = RSASignaturePadding.Pkcs1;
    private readonly ECDsa? curve;
    private readonly byte[]? shared;

    // .NET's RSA and ECDSA are OpenSSL's behind, of which one object serves one thread at a time where it signs.
    private readonly Lock signing = new();

    /// <summary>Throws <see cref="FormatException"/> for a method that is not known, or keys that are not of it.</summary>
    public JwtKey(JwtOptions options)
    {
        Method = options.SignMethod;
        hash = Method.Length == 5 && Method != "EdDSA" ? HashOf(Method[2..]) : throw Unknown(Method);
        CanSign = options.PrivateKey is not null;
        try
        {
            switch (Method[..2])
            {
                case "RS" or "PS":
                    rsa = RsaOf(options);
                    padding = Method[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
                    break;
                case "ES":
                    curve = CurveOf(options);
                    if (curve.KeySize != CurveBitsOf(Method))
                        throw new FormatException($"{Method} needs a key of {CurveBitsOf(Method)} bits, and this one has {curve.KeySize}");
                    break;
                case "HS":
                    shared = options.PrivateKey is { Length: > 0 } bytes ? bytes.ToArray() : throw new FormatException($"{Method} needs a priv-key: the bytes that are shared");
                    break;
                default:
                    throw Unknown(Method);
            }

            // A public key where a private one must be is found now, and not when somebody logs in.
            if (CanSign)
                Sign([]);
        }
        catch (Exception broken) when (broken is CryptographicException or ArgumentException or PlatformNotSupportedException)
        {
            throw new FormatException($"the keys for {Method} cannot be used: {broken.Message}", broken);
        }
    }

    public string Method { get; }

    public bool CanSign { get; }

    public byte[] Sign(ReadOnlySpan<byte> bytes)
    {
        if (shared is not null)
            return Mac(bytes);
        lock (signing)
            return rsa is not null ? rsa.SignData(bytes.ToArray(), hash, padding) : curve!.SignData(bytes, hash);
    }

    public bool Verify(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> signature)
    {
        if (shared is not null)
            return CryptographicOperations.FixedTimeEquals(Mac(bytes), signature);
        try
        {
            return rsa is not null ? rsa.VerifyData(bytes, signature, hash, padding) : curve!.VerifyData(bytes, signature, hash);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        rsa?.Dispose();
        curve?.Dispose();
    }

    private byte[] Mac(ReadOnlySpan<byte> bytes) => Method switch
    {
        "HS256" => HMACSHA256.HashData(shared!, bytes),
        "HS384" => HMACSHA384.HashData(shared!, bytes),
        _ => HMACSHA512.HashData(shared!, bytes),
    };

    private static RSA RsaOf(JwtOptions options)
    {
        if (options.PrivateKey is not { } own)
            return PublicRsaOf(options);
        var key = RSA.Create();
        key.ImportFromPem(Text(own));
        RequirePair(options, key, PublicRsaOf);
        return key;
    }

    private static RSA PublicRsaOf(JwtOptions options)
    {
        if (CertificateOf(options) is { } certificate)
            return certificate.GetRSAPublicKey() ?? throw new FormatException("the certificate holds no RSA key");
        var key = RSA.Create();
        key.ImportFromPem(PublicText(options));
        return key;
    }

    private static ECDsa CurveOf(JwtOptions options)
    {
        if (options.PrivateKey is not { } own)
            return PublicCurveOf(options);
        var key = ECDsa.Create();
        key.ImportFromPem(Text(own));
        RequirePair(options, key, PublicCurveOf);
        return key;
    }

    private static ECDsa PublicCurveOf(JwtOptions options)
    {
        if (CertificateOf(options) is { } certificate)
            return certificate.GetECDsaPublicKey() ?? throw new FormatException("the certificate holds no key of a curve");
        var key = ECDsa.Create();
        key.ImportFromPem(PublicText(options));
        return key;
    }

    private static void RequirePair(JwtOptions options, AsymmetricAlgorithm own, Func<JwtOptions, AsymmetricAlgorithm> readPublic)
    {
        if (options.PublicKey is null)
            return;
        using var shown = readPublic(options);
        if (!own.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(shown.ExportSubjectPublicKeyInfo()))
            throw new FormatException("the pub-key is not that of the priv-key: nodes that have only the one would refuse what is signed with the other");
    }

    private static X509Certificate2? CertificateOf(JwtOptions options) =>
        PublicText(options) is var text && text.Contains("BEGIN CERTIFICATE", StringComparison.Ordinal) ? X509Certificate2.CreateFromPem(text) : null;

    private static string PublicText(JwtOptions options) =>
        options.PublicKey is { } given ? Text(given) : throw new FormatException($"{options.SignMethod} needs a pub-key or a priv-key");

    private static string Text(ReadOnlyMemory<byte> pem) => Encoding.ASCII.GetString(pem.Span);

    private static HashAlgorithmName HashOf(string bits) => bits switch
    {
        "256" => HashAlgorithmName.SHA256,
        "384" => HashAlgorithmName.SHA384,
        "512" => HashAlgorithmName.SHA512,
        _ => throw new FormatException("the sign-method of tokens ends in 256, 384 or 512, such as RS256"),
    };

    private static int CurveBitsOf(string method) => method[2..] switch { "256" => 256, "384" => 384, _ => 521 };

    private static FormatException Unknown(string method) => new(
        method == "EdDSA"
            ? "the sign-method EdDSA is not to be had on .NET: use ES256, RS256, PS256 or HS256 (or 384, 512)"
            : $"the sign-method \"{method}\" is not known: it is RS, PS, ES or HS, then 256, 384 or 512");
}
