using Lutra.Cli.Settings;
using Lutra.Server.Auth;

namespace Lutra.Cli.Serve;

/// <summary>What <c>lutra serve</c> was told about users, under etcd's names.</summary>
internal static class ServeAuth
{
    public static readonly IReadOnlyList<(string Name, string Value, string Help)> All =
    [
        ("bcrypt-cost", "NUMBER", "How slow passwords are to try, as a power of two, from 4 to 31 [default: 10]"),
        ("auth-token", "KIND", "How users are known once they have logged in: simple, or jwt,sign-method=RS256,... (docs/auth.md) [default: simple]"),
        ("auth-token-ttl", "SECONDS", "A simple token that nobody used for so long is void [default: 300]"),
    ];

    public static AuthOptions From(SettingSource source, ServeTls tls, List<string> errors)
    {
        var options = new AuthOptions { CertificatesNameUsers = tls.Server is { ClientCertificateRequired: true } };
        if (source.Find("auth-token") is not { } kind)
            return options;
        try
        {
            return options with { Jwt = JwtOptions.Parse(kind.Text, File.ReadAllBytes) };
        }
        catch (Exception fault) when (fault is FormatException or IOException or UnauthorizedAccessException)
        {
            errors.Add($"{kind.Origin}: {fault.Message.TrimEnd('.')}.");
            return options;
        }
    }
}
