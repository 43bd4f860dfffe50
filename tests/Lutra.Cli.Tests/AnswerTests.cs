using Lutra.Cli.Client;
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
    public void In_JSON_bytes_that_are_no_text_are_base64()
    {
        var json = Answer.Json(new KeyValue(new byte[] { 0xff }, "x"u8.ToArray(), new Revision(2), new Revision(3), 1));
        Assert.Equal("/w==", (string?)json["key_base64"]);
        Assert.Equal("x", (string?)json["value"]);
        Assert.Equal(3, (long?)json["revision"]);
    }

    [Theory]
    [InlineData("localhost:2379", "http://localhost:2379/")]
    [InlineData(":2379", "http://localhost:2379/")]
    [InlineData("http://127.0.0.1:3001", "http://127.0.0.1:3001/")]
    public void An_endpoint_is_host_and_port_or_a_URL(string text, string expected) => Assert.Equal(expected, Endpoint.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("ftp://localhost:1")]
    [InlineData("localhost:port")]
    public void Anything_else_is_refused(string text) => Assert.Throws<UriFormatException>(() => Endpoint.Parse(text));
}
