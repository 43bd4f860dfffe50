using System.Buffers;
using Google.Protobuf;
using Lutra.Server.Auth;
using Lutra.Server.Etcd;
using Lutra.Server.Etcd.Grpc;
using Lutra.Server.Etcd.Watches;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Tests.Etcd;

public sealed class WatchFloodTests(EtcdNode node) : IClassFixture<EtcdNode>
{
    [Fact]
    public async Task Who_asks_without_a_pause_has_to_take_the_answers_before_more_of_them_gather()
    {
        using var door = new Doorkeeper(new AuthOptions());
        var face = new EtcdFace(() => node.Node, door, new EtcdFaceOptions(), hasTls: false, CancellationToken.None);
        var answers = new Answers();
        using var stream = new WatchStream(new EtcdCall(face, node.Node, static _ => null, null, answers, TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<EndOfStreamException>(() => stream.RunAsync(new Flood(50_000)));
        Assert.Equal(50_000, answers.Count);
        Assert.InRange(answers.MostAtOnce, 1, WatchRequests.ReadAheadMax);
    }

    /// <summary>Asks so many times for what is refused, then breaks off.</summary>
    private sealed class Flood : MessageReader
    {
        private int left;

        public Flood(int times)
        {
            left = times;
            Message = new Pb.WatchRequest { CreateRequest = new Pb.WatchCreateRequest { StartRevision = -1 } }.ToByteArray();
        }

        public override ValueTask<bool> ReadAsync(CancellationToken cancellationToken) => left-- > 0 ? new(true) : throw new EndOfStreamException();
    }

    private sealed class Answers : MessageWriter
    {
        private readonly ArrayBufferWriter<byte> bytes = new();
        private int waiting;

        public int Count { get; private set; }

        public int MostAtOnce { get; private set; }

        public override IBufferWriter<byte> Begin(int sizeBytes)
        {
            Count++;
            MostAtOnce = Math.Max(MostAtOnce, ++waiting);
            return bytes;
        }

        public override ValueTask<bool> FlushAsync(CancellationToken cancellationToken)
        {
            waiting = 0;
            bytes.ResetWrittenCount();
            return new(true);
        }
    }
}
