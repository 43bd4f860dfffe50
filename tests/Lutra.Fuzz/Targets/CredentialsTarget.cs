using System.Text;
using Lutra.Server.Auth;
using Lutra.Server.Etcd;
using Lutra.Server.Etcd.Grpc;

namespace Lutra.Fuzz.Targets;

/// <summary>
/// What says who asks, and how that is set up. The first letter says what it is: a an Authorization header, t a signed token, j the option of signed tokens with the file it names, d a span of
/// time.
/// </summary>
internal sealed class CredentialsTarget : FuzzTarget
{
    private static readonly byte[] shared = "a key that is shared"u8.ToArray();
    private static readonly JwtOptions sharedKey = new("HS256", null, shared, TimeSpan.FromMinutes(5));

    private static readonly string[] examples =
    [
        "aBasic cm9vdDpzZWNyZXQ=", "aBasic YTrDpDrw", "aBearer dpPlpttXbIsDXYeB.22", "adpPlpttXbIsDXYeB.22", "abearer a.b.c",
        "d5m", "d1h30m", "d1.5s", "d10S", "d99999999H", "d1n",
        "jsimple", "jjwt,sign-method=HS256,priv-key=k,ttl=5m\nbytes that are shared", "jjwt,sign-method=ES256,pub-key=k\n-----BEGIN PUBLIC KEY-----\n"
            + "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9\nq9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==\n-----END PUBLIC KEY-----\n",
    ];

    // In the middle of 2026, whatever the clock says.
    private readonly Jwt jwt = new(sharedKey, new StillTime());
    private readonly JwtKey key = new(sharedKey);

    public override string Name => "credentials";

    public override IReadOnlyList<string> Words { get; } =
    [
        "Basic ", "Bearer ", ".", ":", "=", ",", "\n", "jwt", "sign-method=", "RS256", "PS512", "ES384", "HS384", "EdDSA", "pub-key=k", "priv-key=k", "ttl=", "1h", "ns", "1e9",
        "-----BEGIN CERTIFICATE-----\n", "-----BEGIN RSA PRIVATE KEY-----\n", "-----END PUBLIC KEY-----",
    ];

    public override byte[] Example(Random random) => random.Next(2) == 0
        ? Encoding.UTF8.GetBytes(examples[random.Next(examples.Length)])
        : Encoding.UTF8.GetBytes(
            $"t{{\"alg\":\"HS256\",\"typ\":\"JWT\"}}\n{{\"exp\":{(random.Next(4) == 0 ? "1e300" : "1999999999")},\"revision\":{random.Next(9)},\"username\":\"{(random.Next(2) == 0 ? "root" : "\\u00e4")}\"}}");

    // A signed token stands as its two texts: what is changed is what somebody reads, and the signature is right.
    public override void Parse(byte[] input)
    {
        if (input.Length == 0)
            return;
        var text = Bed(() => Encoding.UTF8.GetString(input.AsSpan(1)));
        switch (input[0])
        {
            case (byte)'a':
                var shown = Credentials.OfHeader(text, certificate: null);
                Require(shown.Name is not { Length: 0 } && (shown.Name is null) == (shown.Password is null), "a name without a password, or a password without a name");
                jwt.Read(text);
                break;
            case (byte)'t':
                if (jwt.Read(Bed(() => Signed(input.AsSpan(1)))) is { } user)
                    Require(user.User.Length > 0, "a token names nobody");
                break;
            case (byte)'j':
                var line = text.Split('\n', 2);
                JwtOptions.Parse(line[0], _ => Encoding.UTF8.GetBytes(line[^1]));
                break;
            default:
                Require(!GoDuration.TryParse(text, out var span) || span >= TimeSpan.Zero, "a span of time below none");
                Require(!GrpcTimeout.TryParse(text, out var timeout) || timeout >= TimeSpan.Zero, "a timeout below none");
                break;
        }
    }

    public override bool IsDeclared(Exception exception) => exception is LutraException { Error: LutraError.LoginFailed } or FormatException;

    private string Signed(ReadOnlySpan<byte> texts)
    {
        var end = texts.IndexOf((byte)'\n');
        var signed = end < 0
            ? System.Buffers.Text.Base64Url.EncodeToString(texts)
            : $"{System.Buffers.Text.Base64Url.EncodeToString(texts[..end])}.{System.Buffers.Text.Base64Url.EncodeToString(texts[(end + 1)..])}";
        return $"{signed}.{System.Buffers.Text.Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    private sealed class StillTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
    }
}
