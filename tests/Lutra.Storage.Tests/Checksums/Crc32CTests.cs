using System.Text;
using Lutra.Storage.Checksums;

namespace Lutra.Storage.Tests.Checksums;

public sealed class Crc32CTests
{
    [Theory]
    [InlineData("", 0x00000000u)]
    [InlineData("a", 0xC1D04330u)]
    [InlineData("123456789", 0xE3069283u)]
    public void Agrees_with_the_published_vectors(string text, uint expected) =>
        Assert.Equal(expected, Crc32C.Compute(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Agrees_with_the_vectors_of_RFC_3720()
    {
        Assert.Equal(0x8A9136AAu, Crc32C.Compute(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Compute(Enumerable.Repeat((byte)0xFF, 32).ToArray()));
        Assert.Equal(0x46DD794Eu, Crc32C.Compute(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray()));
    }

    [Fact]
    public void Extending_equals_computing_over_the_whole_at_every_cut()
    {
        var bytes = Enumerable.Range(0, 100).Select(i => (byte)(i * 7)).ToArray();
        for (var cut = 0; cut <= bytes.Length; cut++)
            Assert.Equal(Crc32C.Compute(bytes), Crc32C.Extend(Crc32C.Compute(bytes.AsSpan(0, cut)), bytes.AsSpan(cut)));
    }
}
