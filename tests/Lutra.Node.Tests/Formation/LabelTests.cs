using Lutra.Node.Identity;

namespace Lutra.Node.Tests.Formation;

public sealed class LabelTests
{
    [Fact]
    public void Integers_come_first_by_value_then_names_by_code_unit()
    {
        string[] sorted = ["1", "2", "9", "10", "18446744073709551615", "A", "a", "a1", "node-1", "node-10", "node-2"];
        Assert.Equal(sorted, sorted.Reverse().Select(Label.Parse).Order().Select(label => label.Text));
    }

    [Theory]
    [InlineData("", "from 1 to 64 characters")]
    [InlineData("0", "positive")]
    [InlineData("01", "leading zeros")]
    [InlineData("18446744073709551616", "at most 18446744073709551615")]
    [InlineData("..", "starts with a letter or a digit")]
    [InlineData("-1", "starts with a letter or a digit")]
    [InlineData("a/b", "made of letters")]
    [InlineData("a b", "made of letters")]
    [InlineData("ä", "starts with a letter")]
    [InlineData("a\0", "made of letters")]
    public void What_is_no_label_is_refused_with_the_rule(string text, string rule)
    {
        Assert.Null(Label.TryParse(text, out var error));
        Assert.Contains(rule, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_has_at_most_64_characters()
    {
        Assert.NotNull(Label.TryParse(new string('a', 64), out _));
        Assert.Null(Label.TryParse(new string('a', 65), out _));
    }
}
