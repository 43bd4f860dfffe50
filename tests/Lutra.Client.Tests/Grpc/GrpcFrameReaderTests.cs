using System.Buffers.Binary;
using Google.Protobuf;
using Lutra.Client.Grpc;
using Lutra.Protocol.Etcd;

namespace Lutra.Client.Tests.Grpc;

/// <summary>Messages out of bytes that come in any pieces, from a server that may send anything.</summary>
public sealed class GrpcFrameReaderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(int.MaxValue)]
    public async Task Messages_come_whole_in_whatever_pieces_they_arrive(int pieceBytes)
    {
        int[] sizes = [0, 1, 100, 16 * 1024, 100_000, 3];
        using var reader = new GrpcFrameReader(new PieceStream([.. sizes.SelectMany(size => Frame(Message(size)))], pieceBytes));
        foreach (var size in sizes)
            Assert.Equal(Message(size), await reader.ReadAsync(PutRequest.Parser, TestContext.Current.CancellationToken));
        Assert.Null(await reader.ReadAsync(PutRequest.Parser, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_stream_that_ends_within_a_message_is_no_answer()
    {
        var frame = Frame(Message(10));
        for (var length = 1; length < frame.Length; length++)
        {
            using var reader = new GrpcFrameReader(new PieceStream(frame[..length], 3));
            Assert.Equal(GrpcException.Unavailable, (await Assert.ThrowsAsync<GrpcException>(() => reader.ReadAsync(PutRequest.Parser, default).AsTask())).Status);
        }
    }

    [Theory]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0, 255, 255, 255, 255 })]
    [InlineData(new byte[] { 0, 64, 0, 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 2, 10, 200 })]
    public async Task What_is_no_message_is_refused(byte[] bytes)
    {
        using var reader = new GrpcFrameReader(new PieceStream(bytes, 100));
        Assert.Equal(GrpcException.Unavailable, (await Assert.ThrowsAsync<GrpcException>(() => reader.ReadAsync(PutRequest.Parser, default).AsTask())).Status);
    }

    [Fact]
    public async Task A_message_within_a_message_that_announces_two_gigabytes_is_refused()
    {
        using var reader = new GrpcFrameReader(new PieceStream([0, 0, 0, 0, 6, 0x1a, 0xff, 0xff, 0xff, 0xff, 7], 100));
        Assert.Equal(GrpcException.Unavailable, (await Assert.ThrowsAsync<GrpcException>(() => reader.ReadAsync(WatchRequest.Parser, default).AsTask())).Status);
    }

    [Fact]
    public async Task A_length_alone_sets_no_memory_aside()
    {
        using var reader = new GrpcFrameReader(new PieceStream([0, 30, 0, 0, 0, 1, 2, 3], 100));
        var before = GC.GetTotalAllocatedBytes();
        await Assert.ThrowsAsync<GrpcException>(() => reader.ReadAsync(PutRequest.Parser, default).AsTask());
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 16 * 1024 * 1024);
    }

    private static PutRequest Message(int size) => new() { Value = ByteString.CopyFrom([.. Enumerable.Range(0, size).Select(at => (byte)at)]) };

    private static byte[] Frame(PutRequest message)
    {
        var bytes = message.ToByteArray();
        var frame = new byte[5 + bytes.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), bytes.Length);
        bytes.CopyTo(frame, 5);
        return frame;
    }

    private sealed class PieceStream(byte[] bytes, int pieceBytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, pieceBytes)], cancellationToken);
    }
}
