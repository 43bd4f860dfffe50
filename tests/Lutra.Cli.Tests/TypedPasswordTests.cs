using Lutra.Cli.Users;

namespace Lutra.Cli.Tests;

public sealed class TypedPasswordTests
{
    [Theory]
    [InlineData("anna:otter", "anna", "otter")]
    [InlineData("anna:ot:ter ", "anna", "ot:ter ")]
    public void A_password_stands_behind_the_first_colon(string text, string name, string password) => Assert.Equal((name, password), TypedPassword.Of(text, "Password of"));

    [Theory]
    [InlineData("anna:", "password is missing")]
    [InlineData(":otter", "names no user")]
    [InlineData("", "names no user")]
    public void Nobody_gets_an_empty_name_or_password(string text, string words) =>
        Assert.Contains(words, Assert.Throws<LutraException>(() => TypedPassword.Of(text, "Password of")).Message, StringComparison.Ordinal);
}
