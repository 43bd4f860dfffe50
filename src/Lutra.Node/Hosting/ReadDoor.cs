using System.Collections.Concurrent;
using Lutra.Node.Loop;
using Lutra.Node.Measures;
using Lutra.Node.Requests;

namespace Lutra.Node.Hosting;

/// <summary>Where linearizable reads of this process wait for their read index; the reading itself is done on the caller's thread.</summary>
internal sealed class ReadDoor(NodeLoop loop, NodeClock clock, LutraNodeOptions options)
{
    private const int PoolMax = 1024;
    private const int ReadSizeBytes = 256;

    private readonly ConcurrentQueue<PooledRead> pool = new();
    private readonly Admission admission = new(options.RequestsMax, options.RequestBytesMax);
    private readonly Completions completions = new();
    private readonly RequestMeasures measures = loop.Measures.Reads;

    /// <summary>How linearizable reads went since the start.</summary>
    public RequestCounts Counts => measures.Read(admission.Requests, admission.Bytes);

    public ValueTask UpToDate()
    {
        measures.Made.Add();
        if (!admission.TryEnter(ReadSizeBytes))
        {
            measures.Failed(LutraError.Overloaded);
            throw new LutraException(
                LutraError.Overloaded, $"This node has {admission.Requests} reads at work; the most are {admission.RequestsMax}.");
        }

        if (!pool.TryDequeue(out var request))
            request = new PooledRead(this);
        var task = request.Begin(clock.NowMillis + options.RequestTimeoutMillis, measures.Took.Start());
        loop.Post(request);
        return task;
    }

    internal void UpToDate(PooledRead request)
    {
        measures.Took.Stop(request.BeganAt);
        Finished(request);
    }

    internal LutraException RefusalOf(LutraError error, string message) => NodeRefusal.Of(loop, error, message);

    internal void Failed(PooledRead request, LutraError error)
    {
        measures.Failed(error);
        Finished(request);
    }

    private void Finished(PooledRead request)
    {
        admission.Leave(ReadSizeBytes);
        completions.Add(request);
    }

    internal void Return(PooledRead request)
    {
        if (pool.Count < PoolMax)
            pool.Enqueue(request);
    }
}
