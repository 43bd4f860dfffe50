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

    [Theory]
    [InlineData("put name \"otter")]
    [InlineData("put name 'otter")]
    public void A_quote_that_is_not_closed_is_told(string line) => Assert.Throws<FormatException>(() => Words.Split(line));
}
