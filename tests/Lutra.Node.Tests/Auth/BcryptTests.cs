using System.Text;
using Lutra.Node.Auth;

namespace Lutra.Node.Tests.Auth;

public sealed class BcryptTests
{
    /// <summary>From the tests of crypt_blowfish (Openwall), which every bcrypt is held against.</summary>
    [Theory]
    [InlineData("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK")]
    [InlineData("U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a")]
    [InlineData("", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy")]
    [InlineData("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui")]
    public void It_gives_the_published_hashes(string password, string hash)
    {
        Assert.True(Bcrypt.Verify(password, hash));
        Assert.True(Bcrypt.Verify(password, hash.Replace("$2a$", "$2b$", StringComparison.Ordinal)));
        Assert.True(Bcrypt.Verify(password, hash.Replace("$2a$", "$2y$", StringComparison.Ordinal)));
        Assert.False(Bcrypt.Verify(password + "x", hash));
    }

    [Fact]
    public void It_hashes_what_it_verifies_and_the_salt_makes_each_hash_another()
    {
        var salt = Encoding.ASCII.GetBytes("0123456789abcdef");
        var hash = Bcrypt.Hash("Pässwort", 4, salt);
        Assert.StartsWith("$2a$04$", hash, StringComparison.Ordinal);
        Assert.Equal(60, hash.Length);
        Assert.Equal(hash, Bcrypt.Hash("Pässwort", 4, salt));
        salt[0]++;
        Assert.NotEqual(hash, Bcrypt.Hash("Pässwort", 4, salt));
        Assert.True(Bcrypt.Verify("Pässwort", hash));
        Assert.False(Bcrypt.Verify("pässwort", hash));
        Assert.Equal(4, Bcrypt.CostOf(hash));
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe")]
    [InlineData("$2a$99$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    public void Text_that_is_no_hash_fits_no_password(string hash) => Assert.False(Bcrypt.Verify("", hash));

    [Fact]
    public void A_password_beyond_what_bcrypt_reads_never_fits()
    {
        var long72 = new string('x', 72);
        var hash = Bcrypt.Hash(long72, 4, new byte[16]);
        Assert.True(Bcrypt.Verify(long72, hash));
        Assert.False(Bcrypt.Verify(long72 + "y", hash));
    }

    /// <summary>The first words of Blowfish's tables, as printed in its paper, and the last.</summary>
    [Fact]
    public void The_tables_are_the_digits_of_pi()
    {
        var words = PiDigits.Words(18 + 1024);
        Assert.Equal([0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u], words[..4]);
        Assert.Equal([0xd1310ba6u, 0x98dfb5acu], words[18..20]);
        Assert.Equal([0xb74e6132u, 0xce77e25bu, 0x578fdfe3u, 0x3ac372e6u], words[^4..]);
    }
}
