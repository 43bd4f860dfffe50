using Lutra.Cli.Transfer;

namespace Lutra.Cli.Tests;

public sealed class KeyLineTests
{
    [Theory]
    [InlineData(new byte[] { 0x61 }, new byte[] { 0x62 }, "{\"key\":\"a\",\"value\":\"b\"}")]
    [InlineData(new byte[] { 0xff }, new byte[] { }, "{\"key_base64\":\"/w==\",\"value\":\"\"}")]
    [InlineData(new byte[] { 0x61, 0x0a }, new byte[] { 0xc3, 0xa4 }, "{\"key\":\"a\\n\",\"value\":\"ä\"}")]
    public void A_line_holds_any_bytes_and_reads_back(byte[] key, byte[] value, string line)
    {
        Assert.Equal(line, KeyLine.Write(new KeyValue(key, value, new Revision(2), new Revision(2), 1)));
        var read = KeyLine.Read(line);
        Assert.Equal(key, read.Key.ToArray());
        Assert.Equal(value, read.Value.ToArray());
    }

    [Theory]
    [InlineData("", "no JSON")]
    [InlineData("{", "no JSON")]
    [InlineData("{\"key\":\"a\",\"v\\ud800\":\"b\"}", "no JSON")]
    [InlineData("7", "no JSON object")]
    [InlineData("{\"key\":\"a\"}", "no \"value\"")]
    [InlineData("{\"value\":\"a\"}", "no \"key\"")]
    [InlineData("{\"key\":\"a\",\"key_base64\":\"YQ==\",\"value\":\"b\"}", "two keys")]
    [InlineData("{\"key\":\"a\",\"value\":7}", "no text")]
    [InlineData("{\"key\":\"a\",\"value_base64\":\"*\"}", "base64")]
    [InlineData("{\"key\":\"\\ud800\",\"value\":\"b\"}", "UTF-8")]
    public void What_is_no_such_line_is_told(string line, string why) =>
        Assert.Contains(why, Assert.Throws<FormatException>(() => KeyLine.Read(line)).Message, StringComparison.Ordinal);
}
