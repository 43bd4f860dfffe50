using System.CommandLine;
using Lutra.Tls;

namespace Lutra.Cli.Client;

/// <summary>How a command speaks TLS: <c>--cacert</c>, <c>--cert</c>, <c>--key</c>, or the environment.</summary>
internal sealed class ClientTlsFlags
{
    private readonly Option<string?> ca = new("--cacert") { Description = "The CA whose servers are believed, in PEM form [LUTRA_CACERT; default: those of the machine]", HelpName = "FILE" };
    private readonly Option<string?> certificate = new("--cert") { Description = "The client's own certificate, for servers that ask for one [LUTRA_CERT]", HelpName = "FILE" };
    private readonly Option<string?> key = new("--key") { Description = "Its private key [LUTRA_KEY]", HelpName = "FILE" };

    private readonly Option<bool> skipVerification = new("--insecure-skip-tls-verify")
    {
        Description = "Believe every server: who is in between can read and change everything",
    };

    public void AddTo(Command command)
    {
        command.Add(ca);
        command.Add(certificate);
        command.Add(key);
        command.Add(skipVerification);
    }

    /// <summary>Null where nothing was said about TLS. Throws <see cref="LutraException"/> where one of certificate and key is missing.</summary>
    public ClientTlsOptions? Of(ParseResult parsed)
    {
        var files = new TlsFiles(Said(parsed, certificate, "LUTRA_CERT"), Said(parsed, key, "LUTRA_KEY"), Said(parsed, ca, "LUTRA_CACERT"));
        var skips = parsed.GetValue(skipVerification);
        if (files.CertificateFile is null != files.KeyFile is null)
            throw new LutraException(LutraError.InvalidArgument, "A certificate and its key go together: give both --cert and --key.");
        return files is { CertificateFile: null, TrustedCaFile: null } && !skips ? null : new ClientTlsOptions { Files = files, SkipVerification = skips };
    }

    private static string? Said(ParseResult parsed, Option<string?> option, string variable) =>
        parsed.GetValue(option) ?? (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } set ? set : null);
}
