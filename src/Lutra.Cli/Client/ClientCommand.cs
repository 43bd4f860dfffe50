using System.CommandLine;
using Lutra.Cli.Output;
using Lutra.Cli.Users;
using Lutra.Client;

namespace Lutra.Cli.Client;

/// <summary>What all commands that talk to a cluster share: where it is, how to write the answer, and what a refusal exits with.</summary>
internal abstract class ClientCommand : Command
{
    private readonly Option<string[]> endpoints = new("--endpoints", "--server", "-s")
    {
        Description = "Nodes to ask, with commas between them; the first that answers is used [LUTRA_ENDPOINTS; default: localhost:2379]",
        AllowMultipleArgumentsPerToken = false,
        HelpName = "LIST",
    };

    private readonly Option<string?> transport = new("--transport")
    {
        Description = "What to speak: grpc (to Lutra and to etcd) or rest [LUTRA_TRANSPORT; default: grpc]",
        HelpName = "grpc|rest",
    };

    private readonly Option<OutputFormat> output = new("--output", "-o")
    {
        Description = "table, plain or json [default: a table on a terminal, plain lines in a pipe]",
    };

    private readonly ClientTimeoutFlag timeout = new();
    private readonly ClientTlsFlags tls = new();
    private readonly ClientUserFlag user = new();

    protected ClientCommand(string name, string description)
        : base(name, description)
    {
        Add(endpoints);
        transport.AcceptOnlyFromAmong("grpc", "rest");
        Add(transport);
        Add(output);
        timeout.AddTo(this);
        tls.AddTo(this);
        user.AddTo(this);
        SetAction(RunAsync);
    }

    /// <summary>For a command that speaks gRPC whatever the others speak: it has no such choice.</summary>
    protected void HasNoTransport() => Options.Remove(transport);

    protected abstract Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken);

    protected virtual IReadOnlyList<string> EndpointsOf(ParseResult parsed) => parsed.GetValue(endpoints) is { Length: > 0 } flags
        ? [.. flags.SelectMany(Split)]
        : Split(Environment.GetEnvironmentVariable("LUTRA_ENDPOINTS") is { Length: > 0 } set ? set : "localhost:2379");

    protected bool HasEndpoints(ParseResult parsed) => parsed.GetValue(endpoints) is { Length: > 0 };

    protected static string[] Split(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A client of these servers, which are taken to speak TLS where they do not say and anything was said about TLS.</summary>
    protected LutraClient Connect(IReadOnlyList<string> to, ParseResult parsed)
    {
        var secured = TlsOf(parsed);
        return new(new LutraClientOptions
        {
            Endpoints = [.. Known(to).Select(server => Endpoints.Parse(server, secured is null ? "http" : "https"))],
            Timeout = TimeoutOf(parsed),
            Tls = secured,
            Credentials = UserOf(parsed),
            Transport = TransportOf(parsed),
        });
    }

    protected Tls.ClientTlsOptions? TlsOf(ParseResult parsed) => tls.Of(parsed);

    /// <summary>Who asks; null: nobody in particular.</summary>
    protected ClientCredentials? UserOf(ParseResult parsed) => user.Of(parsed);

    private static IReadOnlyList<string> Known(IReadOnlyList<string> to) =>
        to.Count > 0 ? to : throw new LutraException(LutraError.InvalidArgument, "The list of servers is empty. Name one, such as: --endpoints localhost:2379");

    private LutraTransport TransportOf(ParseResult parsed)
    {
        var said = parsed.GetValue(transport) ?? Environment.GetEnvironmentVariable("LUTRA_TRANSPORT");
        return said switch
        {
            null or "" or "grpc" => LutraTransport.Grpc,
            "rest" => LutraTransport.Rest,
            _ => throw new LutraException(LutraError.InvalidArgument, $"LUTRA_TRANSPORT is '{said}', but must be grpc or rest."),
        };
    }

    protected TimeSpan TimeoutOf(ParseResult parsed) => timeout.Of(parsed);

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        try
        {
            await using var client = Connect(EndpointsOf(parsed), parsed);
            return (int)await RunAsync(client, parsed, new Answer(parsed.GetValue(output)), cancellationToken);
        }
        catch (LutraException refusal)
        {
            return (int)Failure.Report(refusal);
        }
        catch (Exception wrong) when (wrong is FormatException or ArgumentException or Tls.TlsException)
        {
            // Quotes that are not closed, names that no file can have.
            Failure.Write(wrong.Message.Split(" (Parameter", 2)[0]);
            return (int)ExitCode.Usage;
        }
        catch (OperationCanceledException)
        {
            Failure.Write("Stopped before the answer came.");
            return (int)ExitCode.UnknownOutcome;
        }
    }
}
