namespace Lutra.Node.Requests;

/// <summary>How many client requests, and how many bytes of them, are inside the node at once. What does not fit is refused at the door.</summary>
internal sealed class Admission(int requestsMax, long bytesMax)
{
    private long requests;
    private long bytes;

    public int RequestsMax => requestsMax;

    public long BytesMax => bytesMax;

    /// <summary>How many are inside now.</summary>
    public long Requests => Interlocked.Read(ref requests);

    /// <summary>What they take.</summary>
    public long Bytes => Interlocked.Read(ref bytes);

    /// <summary>Takes a place, or says no. Every yes is followed by one <see cref="Leave"/> with the same size.</summary>
    public bool TryEnter(int sizeBytes)
    {
        if (Interlocked.Increment(ref requests) <= requestsMax & Interlocked.Add(ref bytes, sizeBytes) <= bytesMax)
            return true;
        Leave(sizeBytes);
        return false;
    }

    public void Leave(int sizeBytes)
    {
        Interlocked.Decrement(ref requests);
        Interlocked.Add(ref bytes, -sizeBytes);
    }
}
