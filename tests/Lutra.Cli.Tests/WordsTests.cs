using Lutra.Cli.Client;

namespace Lutra.Cli.Tests;

public sealed class WordsTests
{
    [Theory]
    [InlineData("put name otter", new[] { "put", "name", "otter" })]
    [InlineData("  put   name\totter  ", new[] { "put", "name", "otter" })]
    [InlineData("put name \"an otter\"", new[] { "put", "name", "an otter" })]
    [InlineData("put name 'an \"otter\"'", new[] { "put", "name", "an \"otter\"" })]
    [InlineData("put name a\\\"b", new[] { "put", "name", "a\"b" })]
    [InlineData("put \"\" x", new[] { "put", "", "x" })]
    [InlineData("put a'b c'd x", new[] { "put", "ab cd", "x" })]
    [InlineData("put path C:\\data", new[] { "put", "path", "C:\\data" })]
    [InlineData("", new string[0])]
    public void A_line_is_split_as_a_shell_splits_it(string line, string[] words) => Assert.Equal(words, Words.Split(line));

    [Fact]
    public void F01_a_line_has_so_many_words_and_no_more()
    {
        Assert.Equal(4096, Words.Split(string.Concat(Enumerable.Repeat("a ", 4096))).Count);
        Assert.Throws<FormatException>(() => Words.Split(string.Concat(Enumerable.Repeat("a ", 10_000))));
    }

    [Theory]
    [InlineData("put name \"otter")]
    [InlineData("put name 'otter")]
    public void A_quote_that_is_not_closed_is_told(string line) => Assert.Throws<FormatException>(() => Words.Split(line));
}
