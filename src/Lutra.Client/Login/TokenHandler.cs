using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Lutra.Client.Grpc;
using Lutra.Client.Rest;
using Lutra.Protocol;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Client.Login;

/// <summary>Puts the token of a session into every request, whatever is spoken, after it has logged in where it must.</summary>
/// <param name="face">Where REST is spoken, which may be below a path: one logs in there. Null: log in as etcd's clients do, at the root of whatever is asked.</param>
internal sealed class TokenHandler(HttpMessageHandler inner, LoginSession session, string? face) : DelegatingHandler(inner)
{
    private const string GrpcMediaType = "application/grpc";
    private static readonly TimeSpan LoginPatience = TimeSpan.FromSeconds(10);

    private readonly HttpMessageInvoker bare = new(inner, disposeHandler: false);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var server = face ?? request.RequestUri!.GetLeftPart(UriPartial.Authority);
        var token = await session.TokenAsync(server, credentials => LoginAsync(server, credentials), cancellationToken);
        if (token is not null)
        {
            // Servers of etcd before 3.5 know no word in front of a token.
            if (request.Content?.Headers.ContentType?.MediaType == GrpcMediaType)
                request.Headers.TryAddWithoutValidation("token", token);
            else
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return await base.SendAsync(request, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        bare.Dispose();
        base.Dispose(disposing);
    }

    private async Task<string> LoginAsync(string server, ClientCredentials credentials)
    {
        using var patience = new CancellationTokenSource(LoginPatience);
        try
        {
            return await (face is null ? OverGrpcAsync(server, credentials, patience.Token) : OverRestAsync(server, credentials, patience.Token));
        }
        catch (LutraException needless) when (needless.Error == LutraError.AuthNotEnabled)
        {
            return "";
        }
        catch (OperationCanceledException late)
        {
            throw new LutraException(LutraError.Unavailable, $"{server} did not answer who wanted to log in.", late);
        }
    }

    private async Task<string> OverGrpcAsync(string server, ClientCredentials credentials, CancellationToken stop)
    {
        using var channel = new GrpcChannel(bare, new Uri(server), asksInOurWords: true);
        try
        {
            var request = new Pb.AuthenticateRequest { Name = credentials.User, Password = credentials.Password };
            return (await channel.CallAsync("etcdserverpb.Auth/Authenticate", request, Pb.AuthenticateResponse.Parser, stop)).Token;
        }
        catch (GrpcException refused)
        {
            throw EtcdRefusals.ToException(refused, isWrite: false, server);
        }
    }

    private async Task<string> OverRestAsync(string server, ClientCredentials credentials, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{server}/auth/login");
        request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new LoginBody { Name = credentials.User, Password = credentials.Password }, LutraJson.Lenient.LoginBody));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.Json);
        try
        {
            using var response = await bare.SendAsync(request, stop);
            var body = await response.Content.ReadAsByteArrayAsync(stop);
            if (response.StatusCode != HttpStatusCode.OK)
                throw ProblemReader.ToException(response.StatusCode, ProblemReader.Read(body), isWrite: false, server);
            return JsonSerializer.Deserialize(body, LutraJson.Lenient.TokenReply)?.Token ?? throw new JsonException("null");
        }
        catch (HttpRequestException failure)
        {
            throw new LutraException(LutraError.Unavailable, $"{server} cannot be reached: {Connecting.WhyNot(failure)}.", failure);
        }
        catch (JsonException broken)
        {
            throw new LutraException(LutraError.Unavailable, $"{server} answered, but not in words that this client knows.", broken);
        }
    }
}
