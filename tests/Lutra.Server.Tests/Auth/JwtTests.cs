using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Lutra.Server.Auth;

namespace Lutra.Server.Tests.Auth;

public sealed class JwtTests
{
    private static readonly string RsaPrivate = Rsa(key => key.ExportPkcs8PrivateKeyPem());

    public static TheoryData<string> Methods => ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "HS256", "HS384", "HS512"];

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_token_says_who_as_of_which_revision_and_holds_until_its_end(string method)
    {
        var time = new HandTime();
        var (own, shown) = Keys(method);
        using var jwt = new Jwt(new JwtOptions(method, null, own, TimeSpan.FromMinutes(5)), time);
        var token = jwt.Sign("ädmin", 300);
        Assert.Equal(("ädmin", 300ul), jwt.Read(token));
        using var reader = new Jwt(new JwtOptions(method, shown, shown is null ? own : (ReadOnlyMemory<byte>?)null, TimeSpan.FromMinutes(5)), time);
        Assert.Equal(("ädmin", 300ul), reader.Read(token));
        Assert.Equal(shown is null, reader.CanSign);
        time.Pass(TimeSpan.FromMinutes(6));
        Assert.Null(jwt.Read(token));
    }

    [Fact]
    public void A_signature_of_rfc_7515_is_read()
    {
        // Appendix A.1 of RFC 7515: the key and the signature of HS256; its claims are of another kind, so they name nobody.
        var key = Base64Url.DecodeFromChars("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
        using var used = new JwtKey(new JwtOptions("HS256", null, key, TimeSpan.FromMinutes(5)));
        var signed = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"u8;
        Assert.True(used.Verify(signed, Base64Url.DecodeFromChars("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")));
        Assert.False(used.Verify(signed, Base64Url.DecodeFromChars("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjAk")));
    }

    [Fact]
    public void How_a_token_is_signed_is_not_for_the_token_to_say()
    {
        var time = new HandTime();
        using var jwt = new Jwt(new JwtOptions("RS256", null, Bytes(RsaPrivate), TimeSpan.FromMinutes(5)), time);
        var claims = Part($$"""{"username":"root","revision":9,"exp":{{time.GetUtcNow().ToUnixTimeSeconds() + 60}}}""");

        // Unsigned; signed with the public key as if it were a shared one; the right key by another method.
        Assert.Null(jwt.Read($"{Part("""{"alg":"none"}""")}.{claims}."));
        var shared = Bytes(Rsa(key => key.ExportSubjectPublicKeyInfoPem())).ToArray();
        var forged = $"{Part("""{"alg":"HS256"}""")}.{claims}";
        Assert.Null(jwt.Read($"{forged}.{Base64Url.EncodeToString(HMACSHA256.HashData(shared, Encoding.ASCII.GetBytes(forged)))}"));
        using var other = new Jwt(new JwtOptions("RS512", null, Bytes(RsaPrivate), TimeSpan.FromMinutes(5)), time);
        Assert.Null(jwt.Read(other.Sign("root", 9)));
        Assert.NotNull(jwt.Read(jwt.Sign("root", 9)));
    }

    [Theory]
    [InlineData("""{"username":"u","revision":1}""")]
    [InlineData("""{"username":"u","exp":99999999999}""")]
    [InlineData("""{"username":"","revision":1,"exp":99999999999}""")]
    [InlineData("""{"username":7,"revision":1,"exp":99999999999}""")]
    [InlineData("""{"username":"u","revision":-1,"exp":99999999999}""")]
    [InlineData("""{"username":"u","revision":1,"exp":"soon"}""")]
    [InlineData("""{"username":"\ud800","revision":1,"exp":99999999999}""")]
    [InlineData("""[]""")]
    [InlineData("""{""")]
    public void Claims_that_name_nobody_name_nobody(string claims)
    {
        var options = new JwtOptions("HS256", null, new byte[32], TimeSpan.FromMinutes(5));
        using var jwt = new Jwt(options, new HandTime());
        using var key = new JwtKey(options);
        var signed = $"{Part("""{"alg":"HS256"}""")}.{Part(claims)}";
        Assert.Null(jwt.Read($"{signed}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(signed)))}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a.b")]
    [InlineData("a.b.c.d")]
    [InlineData("é.é.é")]
    [InlineData("====.====.====")]
    public void Rubbish_is_no_token(string token)
    {
        using var jwt = new Jwt(new JwtOptions("HS256", null, new byte[32], TimeSpan.FromMinutes(5)), new HandTime());
        Assert.Null(jwt.Read(token));
        Assert.Null(jwt.Read(token + new string('a', 10_000)));
    }

    [Fact]
    public void Every_bit_of_a_token_counts()
    {
        using var jwt = new Jwt(new JwtOptions("HS256", null, new byte[32], TimeSpan.FromMinutes(5)), new HandTime());
        var token = jwt.Sign("root", 1);
        for (var at = 0; at < token.Length; at++)
            Assert.Null(jwt.Read(token[..at] + (token[at] == 'A' ? 'B' : 'A') + token[(at + 1)..]));
    }

    [Fact]
    public void A_token_that_was_read_before_vouches_for_itself_alone_and_not_beyond_its_end()
    {
        var time = new HandTime();
        using var jwt = new Jwt(new JwtOptions("HS256", null, new byte[32], TimeSpan.FromMinutes(5)), time);
        using var other = new Jwt(new JwtOptions("HS256", null, Enumerable.Repeat((byte)1, 32).ToArray(), TimeSpan.FromMinutes(5)), time);

        // More than are remembered, each read when it is new, when it is known, and when others may have taken its place.
        string[] tokens = [.. Enumerable.Range(0, 3000).Select(at => jwt.Sign($"user{at}", (ulong)at))];
        for (var round = 0; round < 2; round++)
        {
            for (var at = 0; at < tokens.Length; at++)
            {
                Assert.Equal(($"user{at}", (ulong)at), jwt.Read(tokens[at]));
                Assert.Equal(($"user{at}", (ulong)at), jwt.Read(tokens[at]));
            }
        }

        var known = tokens[^1];
        for (var at = 0; at < known.Length; at++)
            Assert.Null(jwt.Read(known[..at] + (known[at] == 'A' ? 'B' : 'A') + known[(at + 1)..]));
        Assert.Null(other.Read(known));
        time.Pass(TimeSpan.FromMinutes(6));
        Assert.Null(jwt.Read(known));
    }

    [Theory]
    [InlineData("simple,ttl=5m", "no options")]
    [InlineData("jwt", "sign-method")]
    [InlineData("jwt,sign-method=EdDSA,priv-key=k", "not to be had on .NET")]
    [InlineData("jwt,sign-method=XX256,priv-key=k", "is not known")]
    [InlineData("jwt,sign-method=RS128,priv-key=k", "256, 384 or 512")]
    [InlineData("jwt,sign-method=HS256", "needs a priv-key")]
    [InlineData("jwt,sign-method=RS256", "needs a pub-key")]
    [InlineData("jwt,sign-method=RS256,priv-key=k", "cannot be used")]
    [InlineData("jwt,sign-method=HS256,priv-key=k,ttl=5", "5m or 1h30m")]
    [InlineData("jwt,sign-method=HS256,priv-key=k,colour=red", "no option")]
    [InlineData("oauth", "no kind of token")]
    public void An_option_that_cannot_be_is_explained(string option, string words) =>
        Assert.Contains(words, Assert.Throws<FormatException>(() => JwtOptions.Parse(option, _ => "k"u8.ToArray())).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("RS256")]
    [InlineData("ES256")]
    public void A_public_key_goes_with_its_private_one_and_never_in_its_place(string method)
    {
        var (own, shown) = Keys(method);
        using var other = method[0] == 'E' ? (AsymmetricAlgorithm)ECDsa.Create(ECCurve.NamedCurves.nistP256) : RSA.Create(2048);
        new JwtKey(new JwtOptions(method, shown, own, TimeSpan.FromMinutes(5))).Dispose();
        AssertRefused(Bytes(other.ExportSubjectPublicKeyInfoPem()), own, "is not that of the priv-key");
        AssertRefused(null, shown, "cannot be used");

        void AssertRefused(ReadOnlyMemory<byte>? publicKey, ReadOnlyMemory<byte>? privateKey, string words) => Assert.Contains(
            words, Assert.Throws<FormatException>(() => new JwtKey(new JwtOptions(method, publicKey, privateKey, TimeSpan.FromMinutes(5)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_are_spelled_as_etcd_spells_them()
    {
        Assert.Null(JwtOptions.Parse("simple", _ => []));
        Assert.Equal(TimeSpan.FromMinutes(90), JwtOptions.Parse("jwt,sign-method=HS256,priv-key=file,ttl=1h30m", _ => new byte[32])!.Ttl);
        Assert.Equal(TimeSpan.FromMinutes(5), JwtOptions.Parse("jwt,sign-method=RS256,priv-key=file", _ => Bytes(RsaPrivate).ToArray())!.Ttl);
    }

    private static (ReadOnlyMemory<byte> Own, ReadOnlyMemory<byte>? Shown) Keys(string method)
    {
        if (method[0] == 'H')
            return (Encoding.ASCII.GetBytes("a shared key of some length, which nobody else knows"), null);
        if (method[0] != 'E')
            return (Bytes(RsaPrivate), Bytes(Rsa(key => key.ExportSubjectPublicKeyInfoPem())));
        using var curve = ECDsa.Create(method switch { "ES256" => ECCurve.NamedCurves.nistP256, "ES384" => ECCurve.NamedCurves.nistP384, _ => ECCurve.NamedCurves.nistP521 });
        return (Bytes(curve.ExportPkcs8PrivateKeyPem()), Bytes(curve.ExportSubjectPublicKeyInfoPem()));
    }

    private static string Rsa(Func<RSA, string> export)
    {
        using var key = RSA.Create(2048);
        if (RsaPrivate is not null)
            key.ImportFromPem(RsaPrivate);
        return export(key);
    }

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.ASCII.GetBytes(text);

    private static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    private sealed class HandTime : TimeProvider
    {
        private DateTimeOffset now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public void Pass(TimeSpan span) => now += span;

        public override DateTimeOffset GetUtcNow() => now;
    }
}
