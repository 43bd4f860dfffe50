using Lutra.Cli.Output;

namespace Lutra.Cli.Tests;

public sealed class AnswerTests
{
    [Theory]
    [InlineData(new byte[] { 0x61, 0x62 }, "ab")]
    [InlineData(new byte[] { 0xc3, 0xa4 }, "ä")]
    [InlineData(new byte[] { 0x61, 0x00, 0xff, 0x0a }, "a\\x00\\xff\\x0a")]
    public void Odd_bytes_are_shown_by_their_numbers(byte[] bytes, string shown) => Assert.Equal(shown, Answer.Text(bytes));

    [Fact]
    public void A_name_is_one_line_and_tells_the_terminal_nothing() => Assert.Equal("e\\x1b[31m\\x0aö", Answer.Text("e\u001b[31m\nö"));

    [Fact]
    public void In_JSON_bytes_that_are_no_text_are_base64()
    {
        var json = Answer.Json(new KeyValue(new byte[] { 0xff }, "x"u8.ToArray(), new Revision(2), new Revision(3), 1));
        Assert.Equal("/w==", (string?)json["key_base64"]);
        Assert.Equal("x", (string?)json["value"]);
        Assert.Equal(3, (long?)json["revision"]);
    }
}
