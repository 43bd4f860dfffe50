using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Lutra.Server.Port;

namespace Lutra.Server.Tests.Port;

public sealed class AuthorityRewriterTests
{
    // RFC 7541, appendices C.3.1 and C.4.1: a request with "www.example.com" in letters and in Huffman's code.
    private static readonly byte[] Plain = Convert.FromHexString("828684410f7777772e6578616d706c652e636f6d");
    private static readonly byte[] Huffman = Convert.FromHexString("828684418cf1e3c2e5f23a6ba0ab90f4ff");

    [Fact]
    public void A_name_is_left_as_it_is()
    {
        foreach (var vector in (byte[][])[Plain, Huffman])
        {
            var block = vector.ToArray();
            Assert.False(AuthorityRewriter.Rewrite(block));
            Assert.Equal(vector, block);
        }
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("localhost:2379", true)]
    [InlineData("127.0.0.1:1", true)]
    [InlineData("[::1]:2379", true)]
    [InlineData("[::1]", true)]
    [InlineData("", true)]
    [InlineData("#initially=[http://localhost:2379]", false)]
    [InlineData("one,two", false)]
    [InlineData("one:1,two:2", false)]
    [InlineData("/run/etcd.sock", false)]
    [InlineData("a:b", false)]
    [InlineData("a:", false)]
    [InlineData("[::1", false)]
    [InlineData("[::1]x", false)]
    [InlineData("[]:1", false)]
    [InlineData(":1", false)]
    public void A_host_is_told_from_what_is_none(string text, bool isHost) => Assert.Equal(isHost, AuthorityRewriter.IsHost(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void What_is_no_host_is_overwritten_and_nothing_else()
    {
        byte[] before = [0x82, 0x41, 3, .. "a/b"u8, 0x40, 1, .. "k"u8, 1, .. "/"u8];
        byte[] after = [0x82, 0x41, 3, .. "xxx"u8, 0x40, 1, .. "k"u8, 1, .. "/"u8];
        Assert.True(AuthorityRewriter.Rewrite(before));
        Assert.Equal(after, before);
    }

    [Fact]
    public void In_Huffmans_code_it_becomes_as_many_plain_letters()
    {
        // "a/b": 00011 011000 100011, filled up with ones.
        byte[] before = [0x41, 0x83, 0b0001_1011, 0b0001_0001, 0b1111_1111];
        Assert.True(AuthorityRewriter.Rewrite(before));
        Assert.Equal([0x41, 3, (byte)'x', (byte)'x', (byte)'x'], before);
    }

    [Fact]
    public void Any_bytes_at_all_are_survived()
    {
        var random = new Random(1);
        for (var round = 0; round < 20_000; round++)
        {
            var block = new byte[random.Next(40)];
            random.NextBytes(block);
            AuthorityRewriter.Rewrite(block);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task However_the_bytes_come_the_frames_arrive_whole(int pieceBytes)
    {
        byte[] bad = [0x82, 0x41, 3, .. "a/b"u8];
        byte[] good = [0x82, 0x41, 3, .. "xxx"u8];
        byte[] data = [.. Enumerable.Range(0, 300).Select(number => (byte)number)];
        byte[] sent = [.. Preface, .. Frame(4, 0, []), .. Frame(1, 4, bad), .. Frame(0, 1, data), .. Frame(1, 0x2c, [2, 0, 0, 0, 0, 9, .. bad, 0, 0]), .. Frame(6, 0, new byte[8])];
        byte[] expected = [.. Preface, .. Frame(4, 0, []), .. Frame(1, 4, good), .. Frame(0, 1, data), .. Frame(1, 0x2c, [2, 0, 0, 0, 0, 9, .. good, 0, 0]), .. Frame(6, 0, new byte[8])];
        var pipe = new Pipe(new PipeOptions(minimumSegmentSize: 16));
        var filter = new AuthorityFilter(pipe.Reader);
        var writing = Task.Run(async () =>
        {
            for (var at = 0; at < sent.Length; at += pieceBytes)
                await pipe.Writer.WriteAsync(sent.AsMemory(at, Math.Min(pieceBytes, sent.Length - at)));
            await pipe.Writer.CompleteAsync();
        });
        var received = new List<byte>();
        while (await filter.ReadAsync() is var read && !(read.IsCompleted && read.Buffer.IsEmpty))
        {
            received.AddRange(read.Buffer.ToArray());
            filter.AdvanceTo(read.Buffer.End);
        }

        await writing;
        Assert.Equal(expected, received);
    }

    private static byte[] Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();

    private static byte[] Frame(byte type, byte flags, byte[] payload) =>
        [(byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, type, flags, 0, 0, 0, 1, .. payload];
}
