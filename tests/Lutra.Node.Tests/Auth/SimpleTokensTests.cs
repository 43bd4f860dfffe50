using Lutra.Keyspace.Auth;
using Lutra.Node.Auth;

namespace Lutra.Node.Tests.Auth;

public sealed class SimpleTokensTests
{
    private long now;
    private readonly SimpleTokens tokens;

    public SimpleTokensTests() => tokens = new SimpleTokens(() => now, ttlMillis: 1000);

    [Fact]
    public void A_token_lasts_until_nobody_has_used_it_for_its_time()
    {
        tokens.Applied([new TokenGranted("u", "t.1")]);
        for (var use = 0; use < 5; use++, now += 999)
            Assert.Equal("u", tokens.Use("t.1"));
        now++;
        Assert.Null(tokens.Use("t.1"));
        Assert.Equal(0, tokens.Count);
    }

    [Fact]
    public void A_token_ends_with_its_users_password_and_with_asking_for_users()
    {
        tokens.Applied([new TokenGranted("u", "a"), new TokenGranted("u", "b"), new TokenGranted("v", "c"), new TokensOfUserVoid("u"), new TokenGranted("u", "d")]);
        Assert.Equal((null, null, "v", "u"), (tokens.Use("a"), tokens.Use("b"), tokens.Use("c"), tokens.Use("d")));
        tokens.Applied([new AllTokensVoid()]);
        Assert.Equal((null, null), (tokens.Use("c"), tokens.Use("d")));
    }

    [Fact]
    public void There_are_never_too_many_and_those_unused_for_longest_go_first()
    {
        for (var at = 0; at < SimpleTokens.TokensMax; at++)
            tokens.Applied([new TokenGranted("u", $"t{at}")]);
        now = 10;
        Assert.NotNull(tokens.Use("t0"));
        tokens.Applied([new TokenGranted("u", "one more")]);
        Assert.InRange(tokens.Count, 1, SimpleTokens.TokensMax);
        Assert.NotNull(tokens.Use("t0"));
        Assert.NotNull(tokens.Use("one more"));
        Assert.Null(tokens.Use("t1"));
    }
}
