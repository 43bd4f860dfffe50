using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Lutra.Cli.Output;
using Lutra.Client;
using Lutra.Tls;

namespace Lutra.Cli.Transfer.FromEtcd;

/// <summary><c>lutra import --from-etcd</c>: its options, and what it says.</summary>
internal sealed class FromEtcdOptions
{
    private readonly Option<string?> from = new("--from-etcd") { Description = "Copy a live etcd instead of a file: its members, with commas between them", HelpName = "LIST" };
    private readonly Option<string?> prefix = new("--prefix") { Description = "Of etcd, only keys that start with this" };
    private readonly Option<string?> into = new("--into-prefix") { Description = "What the keys start with here, in place of --prefix" };
    private readonly Option<bool> overwrite = new("--overwrite") { Description = "Where keys are here already, make them those of etcd; what etcd does not have is deleted" };
    private readonly Option<bool> withoutUsers = new("--without-users") { Description = "Copy no users and roles" };
    private readonly Option<string?> user = new("--from-user") { Description = "Who is logged in to etcd, as NAME:PASSWORD [LUTRA_FROM_USER]", HelpName = "USER" };
    private readonly Option<string?> ca = new("--from-cacert") { Description = "The CA that etcd's certificate is of", HelpName = "FILE" };
    private readonly Option<string?> certificate = new("--from-cert") { Description = "The certificate to show to etcd", HelpName = "FILE" };
    private readonly Option<string?> key = new("--from-key") { Description = "Its private key", HelpName = "FILE" };

    private Option[] Others => [prefix, into, overwrite, withoutUsers, user, ca, certificate, key];

    public void AddTo(Command command)
    {
        command.Add(from);
        foreach (var option in Others)
            command.Add(option);
    }

    /// <summary>Whether etcd is copied. Throws <see cref="LutraException"/> where something is said about etcd, and not where it is.</summary>
    public bool IsAsked(ParseResult parsed)
    {
        if (parsed.GetValue(from) is not null)
            return true;
        return Others.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } stray
            ? throw new LutraException(LutraError.InvalidArgument, $"{stray.Name} is for copying a live etcd: say where it is by --from-etcd.")
            : false;
    }

    /// <param name="client">Of the cluster that is copied into.</param>
    /// <param name="timeout">For each question to etcd.</param>
    public async Task<ExitCode> RunAsync(ILutraClient client, TimeSpan timeout, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        var tls = TlsOf(parsed);
        var start = Encoding.UTF8.GetBytes(parsed.GetValue(prefix) ?? "");
        var plan = new EtcdCopyPlan(start, parsed.GetValue(into) is { } other ? Encoding.UTF8.GetBytes(other) : start, parsed.GetValue(overwrite));
        var endpoints = parsed.GetValue(from)!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (endpoints.Length == 0)
            throw new LutraException(LutraError.InvalidArgument, "--from-etcd names nobody. Name a member, such as: --from-etcd localhost:2379");
        await using var source = new EtcdSource([.. endpoints.Select(each => Endpoints.Parse(each, tls is null ? "http" : "https"))], tls, UserOf(parsed), timeout);
        await using var leases = new LeaseCopies(source, client, TimeProvider.System);
        using var copy = new EtcdCopy(source, client, plan, leases, cancellationToken);
        await copy.BeginAsync();
        string? fault;
        try
        {
            await leases.CopyAllAsync(all: start.Length == 0, cancellationToken);
            await TransferProgress.ShowAsync("copy", copy.Total, copy.RunAsync, says: Failure.Hint);
            fault = await TransferProgress.ShowAsync("check", copy.Total, copy.CheckAsync);
        }
        catch (Exception ended) when (ended is LutraException or OperationCanceledException)
        {
            Failure.Hint(Rest(copy, ended));
            throw;
        }
        UserCopies? users = null;
        if (start.Length == 0 && plan.IntoPrefix.Length == 0 && !parsed.GetValue(withoutUsers))
        {
            users = new UserCopies(source, client.Users, cancellationToken);
            await users.CopyAsync();
        }
        if (answer.IsJson)
            Answer.Json(Json(copy, leases, users, fault));
        else
            Tell(copy, leases, users, isSame: fault is null);
        if (fault is not null)
            Failure.Write(fault);
        if (users?.Fault is { } missing)
            Failure.Write($"Not all users and roles were copied: {missing}. Keys and leases were. Say --without-users if none are wanted, or give --from-user with the role root.");
        return fault is null && users?.Fault is null ? ExitCode.Ok : ExitCode.Error;
    }

    private static string Rest(EtcdCopy copy, Exception ended) =>
        $"{copy.Read} of {copy.Total} keys, as of revision {copy.Revision} of etcd, were copied before this."
        + (ended is LutraException { Error: LutraError.Compacted } ? " etcd has compacted that revision meanwhile." : "")
        + " Copy again with --overwrite: what is the same already is only read.";

    private static void Tell(EtcdCopy copy, LeaseCopies leases, UserCopies? users, bool isSame)
    {
        var more = (copy.Read - copy.Expired == copy.Written ? "" : $", of which {copy.Written} were not here yet") + (copy.Deleted > 0 ? $"; {copy.Deleted} others were deleted" : "");
        Console.Out.WriteLine($"Copied {copy.Read - copy.Expired} keys and {leases.Count} leases, as of revision {copy.Revision} of etcd{more}.{(isSame ? " All were read back, and are the same." : "")}");
        if (copy.Expired > 0)
            Failure.Hint($"{copy.Expired} keys had ended with their leases before they could be copied.");
        if (leases.Count > 0)
            Failure.Hint("Leases run from now on: who holds them must keep them alive here.");
        if (users is { Users: > 0 } or { Roles: > 0 })
        {
            Console.Out.WriteLine($"Copied {users.Users} users and {users.Roles} roles.");
            Failure.Hint(
                "etcd hands out no passwords: no user has one that anybody knows. Set each anew, that of root first, and then ask for users:"
                + $"{Environment.NewLine}  lutra user passwd NAME{Environment.NewLine}  lutra auth enable --user root{Environment.NewLine}A snapshot of etcd's brings the passwords along: lutra snapshot restore.");
        }
    }

    private static JsonObject Json(EtcdCopy copy, LeaseCopies leases, UserCopies? users, string? fault) => new()
    {
        ["etcd_revision"] = copy.Revision.Value,
        ["keys"] = copy.Read - copy.Expired,
        ["written"] = copy.Written,
        ["deleted"] = copy.Deleted,
        ["expired"] = copy.Expired,
        ["leases"] = leases.Count,
        ["users"] = users?.Users ?? 0,
        ["roles"] = users?.Roles ?? 0,
        ["same"] = fault is null,
    };

    private (string Name, string Password)? UserOf(ParseResult parsed)
    {
        var said = parsed.GetValue(user) ?? Environment.GetEnvironmentVariable("LUTRA_FROM_USER");
        if (string.IsNullOrEmpty(said))
            return null;
        var colon = said.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            ? (said[..colon], said[(colon + 1)..])
            : throw new LutraException(LutraError.InvalidArgument, "--from-user is NAME:PASSWORD; a password that others must not see in the list of processes goes into LUTRA_FROM_USER.");
    }

    private ClientTlsOptions? TlsOf(ParseResult parsed)
    {
        var files = new TlsFiles(parsed.GetValue(certificate), parsed.GetValue(key), parsed.GetValue(ca));
        if (files.CertificateFile is null != files.KeyFile is null)
            throw new LutraException(LutraError.InvalidArgument, "A certificate and its key go together: give both --from-cert and --from-key.");
        return files is { CertificateFile: null, TrustedCaFile: null } ? null : new ClientTlsOptions { Files = files };
    }
}
