using System.Text;
using Lutra.Client.Rest;

namespace Lutra.Client.Tests.Rest;

public sealed class TargetTests
{
    [Theory]
    [InlineData("name", "/key/name")]
    [InlineData("a/b-c_d.e~f", "/key/a/b-c_d.e~f")]
    [InlineData("a b", "/key?key_base64=YSBi")]
    [InlineData("a%2Fb", "/key?key_base64=YSUyRmI")]
    [InlineData("a//b", "/key?key_base64=YS8vYg")]
    [InlineData("/a", "/key?key_base64=L2E")]
    [InlineData("a/", "/key?key_base64=YS8")]
    [InlineData("a/../b", "/key?key_base64=YS8uLi9i")]
    [InlineData(".", "/key?key_base64=Lg")]
    [InlineData("...", "/key/...")]
    [InlineData("grün", "/key?key_base64=Z3LDvG4")]
    [InlineData("", "/key?key_base64=")]
    public void Only_keys_that_nothing_on_the_way_would_change_go_in_the_path(string key, string target) =>
        Assert.Equal(target, KeyTarget.Of(Encoding.UTF8.GetBytes(key)));

    [Fact]
    public void Long_keys_do_not_go_in_the_path()
    {
        Assert.StartsWith("/key/a", KeyTarget.Of(Encoding.UTF8.GetBytes(new string('a', 2048))), StringComparison.Ordinal);
        Assert.StartsWith("/key?", KeyTarget.Of(Encoding.UTF8.GetBytes(new string('a', 2049))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost:2379", "http://localhost:2379/")]
    [InlineData(":8080", "http://localhost:8080/")]
    [InlineData("https://10.0.0.7:2379/store", "https://10.0.0.7:2379/store")]
    [InlineData("[::1]:2379", "http://[::1]:2379/")]
    public void Endpoints_are_read(string text, string url) => Assert.Equal(url, Endpoints.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("ftp://x:1")]
    [InlineData("http://user@x:1")]
    [InlineData("http://x:1/?a=b")]
    [InlineData("x:port")]
    [InlineData("a b:1")]
    public void What_is_no_endpoint_is_named(string text)
    {
        var refused = Assert.Throws<LutraException>(() => Endpoints.Parse(text));
        Assert.Equal(LutraError.InvalidArgument, refused.Error);
        Assert.Contains($"'{text}'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_of_endpoints_may_have_blanks()
    {
        Assert.Equal(["a", "b"], Endpoints.ParseList(" a:1 , b:2 ,").Select(uri => uri.Host));
        Assert.Throws<LutraException>(() => Endpoints.ParseList(" , "));
    }

    [Fact]
    public void F01_an_endpoint_and_a_list_of_them_have_a_length()
    {
        Assert.Contains("2049 characters", Assert.Throws<LutraException>(() => Endpoints.Parse(new string('a', 2049))).Message, StringComparison.Ordinal);
        Assert.Equal(100, Endpoints.ParseList(string.Concat(Enumerable.Repeat(":1,", 100))).Count);
        Assert.Contains(
            "101 endpoints", Assert.Throws<LutraException>(() => Endpoints.ParseList(string.Concat(Enumerable.Repeat(":1,", 101)))).Message, StringComparison.Ordinal);
    }
}
