using Lutra.Server.Port;

namespace Lutra.Server.Tests.Port;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("localhost:2379", "localhost:2379", true)]
    [InlineData(":8080", "localhost:8080", true)]
    [InlineData("LOCALHOST:1", "localhost:1", true)]
    [InlineData("127.0.0.1:0", "127.0.0.1:0", true)]
    [InlineData("127.9.9.9:1", "127.9.9.9:1", true)]
    [InlineData("[::1]:65535", "[::1]:65535", true)]
    [InlineData("0.0.0.0:80", "0.0.0.0:80", false)]
    [InlineData("[::]:80", "[::]:80", false)]
    [InlineData("192.0.2.1:80", "192.0.2.1:80", false)]
    public void Addresses_are_read(string text, string meaning, bool loopback)
    {
        var address = ListenAddress.Parse(text);
        Assert.Equal(meaning, address.ToString());
        Assert.Equal(loopback, address.IsLoopback);
    }

    [Theory]
    [InlineData("")]
    [InlineData("localhost")]
    [InlineData("2379")]
    [InlineData("localhost:")]
    [InlineData("localhost:65536")]
    [InlineData("localhost:-1")]
    [InlineData("localhost:http")]
    [InlineData("::1:2379")]
    [InlineData("example.org:80")]
    [InlineData("[otter]:80")]
    public void What_is_none_is_named(string text) =>
        Assert.Contains($"'{text}'", Assert.Throws<FormatException>(() => ListenAddress.Parse(text)).Message, StringComparison.Ordinal);
}
