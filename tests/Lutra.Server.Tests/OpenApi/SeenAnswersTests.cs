namespace Lutra.Server.Tests.OpenApi;

/// <summary>Runs after all others: what may not run beside them begins when they have ended.</summary>
[CollectionDefinition(nameof(SeenAnswersTests), DisableParallelization = true)]
[Collection(nameof(SeenAnswersTests))]
public sealed class SeenAnswersTests(SeenAnswers seen)
{
    [Fact]
    public void Every_answer_that_a_test_got_is_in_the_document() => Assert.Empty(seen.Undocumented);

    [Theory]
    [InlineData("GET", "/key/a", 200, true)]
    [InlineData("HEAD", "/key/a%2F?x=1", 404, true)]
    [InlineData("PATCH", "/key/a", 405, true)]
    [InlineData("GET", "/key/a", 418, false)]
    [InlineData("PATCH", "/key/a", 200, false)]
    [InlineData("GET", "/elsewhere", 418, true)]
    [InlineData("DELETE", "/leases/7", 507, true)]
    [InlineData("POST", "/leases/7/keepalive", 507, false)]
    [InlineData("GET", "/readyz/", 503, true)]
    public void An_answer_that_the_document_does_not_know_is_noticed(string method, string target, int status, bool known) =>
        Assert.Equal(known, SeenAnswers.Fault(method, target, status) is null);
}
