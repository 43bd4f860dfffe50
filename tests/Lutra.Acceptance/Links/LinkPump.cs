using System.Diagnostics;
using System.Threading.Channels;

namespace Lutra.Acceptance.Links;

/// <summary>One way of one connection: pieces go through it as its weather allows.</summary>
internal sealed class LinkPump(PieceReader from, Stream to, bool isPeer, Func<LinkState> weather, Random random)
{
    private readonly Channel<(byte[] Piece, long Due)> underWay = Channel.CreateBounded<(byte[], long)>(1024);

    /// <summary>Looks at each piece before it goes on; false: hang up.</summary>
    public Func<byte[], bool> Sees { get; init; } = _ => true;

    /// <summary>Ends when either end has hung up.</summary>
    public async Task RunAsync(CancellationToken stop) => await await Task.WhenAny(TakeAsync(stop), GiveAsync(stop));

    private async Task TakeAsync(CancellationToken stop)
    {
        byte[]? overtaken = null;
        while (await from.ReadAsync() is { } piece)
        {
            if (!Sees(piece))
                return;
            var now = weather();
            var mayMiss = isPeer && PieceReader.IsConsensus(piece);
            if (mayMiss && random.NextDouble() < now.Loss)
                continue;
            if (mayMiss && overtaken is null && random.NextDouble() < now.Reordering)
            {
                overtaken = piece;
                continue;
            }

            await AddAsync(piece, now, stop);
            if (mayMiss && random.NextDouble() < now.Duplication)
                await AddAsync(piece, now, stop);
            if (overtaken is not null)
                await AddAsync(overtaken, now, stop);
            overtaken = null;
        }

        underWay.Writer.Complete();
        await underWay.Reader.Completion;
    }

    private ValueTask AddAsync(byte[] piece, LinkState now, CancellationToken stop) =>
        underWay.Writer.WriteAsync((piece, Stopwatch.GetTimestamp() + (long)((now.Delay + (now.Jitter * random.NextDouble())).TotalSeconds * Stopwatch.Frequency)), stop);

    private async Task GiveAsync(CancellationToken stop)
    {
        await foreach (var (piece, due) in underWay.Reader.ReadAllAsync(stop))
        {
            if (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) is { Ticks: > 0 } early)
                await Task.Delay(early, stop);
            while (weather().IsHeld)
                await Task.Delay(5, stop);
            if (random.NextDouble() < weather().Breaking)
            {
                await to.WriteAsync(piece.AsMemory(0, piece.Length / 2), stop);
                return;
            }

            await to.WriteAsync(piece, stop);
            if (weather().BytesPerSecond is > 0 and var speed)
                await Task.Delay(TimeSpan.FromSeconds((double)piece.Length / speed), stop);
        }
    }
}
