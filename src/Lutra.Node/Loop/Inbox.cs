namespace Lutra.Node.Loop;

/// <summary>
/// Many threads post, one takes everything at once: a chain of inputs whose newest is exchanged for nothing. Bounded by those who post: client
/// requests are admitted by Requests.Admission, and everything else answers something that the loop asked for.
/// </summary>
internal sealed class Inbox
{
    private LoopInput? newest;

    public void Post(LoopInput input)
    {
        var seen = Volatile.Read(ref newest);
        while (true)
        {
            input.Earlier = seen;
            var found = Interlocked.CompareExchange(ref newest, input, seen);
            if (ReferenceEquals(found, seen))
                return;
            seen = found;
        }
    }

    /// <summary>Takes what has gathered, oldest first, as a chain; null where there is nothing.</summary>
    public LoopInput? TakeAll()
    {
        var taken = Interlocked.Exchange(ref newest, null);
        LoopInput? oldest = null;
        while (taken is not null)
        {
            var earlier = taken.Earlier;
            taken.Earlier = oldest;
            oldest = taken;
            taken = earlier;
        }

        return oldest;
    }
}
