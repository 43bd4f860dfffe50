namespace Lutra.Cli.Tests.Shell;

public sealed class LeadingOptionsTests
{
    [Theory]
    [InlineData("--server http://a:1 put k v", "put --server http://a:1 k v")]
    [InlineData("--server=http://a:1 -o json get k", "get --server=http://a:1 -o json k")]
    [InlineData("put k v --server a", "put k v --server a")]
    [InlineData("--server a -- put k", "--server a -- put k")]
    [InlineData("--server", "--server")]
    [InlineData("--help", "--help")]
    [InlineData("--server a serve", "serve --server a")]
    [InlineData("-s a demo election", "demo election -s a")]
    public void Client_options_before_the_command_go_behind_it(string typed, string meant) =>
        Assert.Equal(meant.Split(' '), LeadingOptions.Move(typed.Split(' '), CommandLine.Root()));
}
