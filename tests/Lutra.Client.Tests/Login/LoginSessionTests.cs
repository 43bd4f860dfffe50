using Lutra.Client.Login;

namespace Lutra.Client.Tests.Login;

public sealed class LoginSessionTests
{
    private static readonly Uri A = new("http://a:1");
    private static readonly Uri B = new("http://b:2");
    private readonly LoginSession session = new(new ClientCredentials("otter", "secret"));
    private readonly List<string> logins = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_that_was_refused_is_fetched_anew_and_the_other_servers_are_kept()
    {
        await TokenAsync(A);
        await TokenAsync(B);
        session.Forget(A, session.LoginAt(A));
        Assert.Equal(("token 3", "token 2"), (await TokenAsync(A), await TokenAsync(B)));
    }

    [Fact]
    public async Task A_login_that_is_under_way_is_not_begun_again_because_an_older_token_was_refused()
    {
        await TokenAsync(A);
        var old = session.LoginAt(A);
        session.Forget(A, old);
        var answer = new TaskCompletionSource<string>();
        var waiting = session.TokenAsync(LoginSession.ServerOf(A), _ => answer.Task, Stop).AsTask();

        // Two more calls hear of the refusal only now; one of them had begun before there was any token.
        session.Forget(A, old);
        session.Forget(A, null);
        var joined = TokenAsync(A);
        answer.SetResult("new");
        Assert.Equal(("new", "new"), (await waiting, await joined));
    }

    [Fact]
    public async Task A_call_that_logged_in_by_itself_has_that_token_forgotten()
    {
        await TokenAsync(A);
        session.Forget(A, null);
        Assert.Equal("token 2", await TokenAsync(A));
    }

    private async Task<string?> TokenAsync(Uri server) => await session.TokenAsync(
        LoginSession.ServerOf(server),
        _ =>
        {
            logins.Add(server.Host);
            return Task.FromResult($"token {logins.Count}");
        },
        Stop);
}
