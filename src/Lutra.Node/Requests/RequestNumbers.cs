namespace Lutra.Node.Requests;

/// <summary>
/// Numbers all that this process asks its leader, by which the answers are told apart. They begin at a random number: a leader answers whoever asked by its id, over the
/// connection that there is by then, and what the process before this one was owed must not be taken for an answer to this one (a read would be of before the
/// question, a change said to be done that was not). Loop only.
/// </summary>
/// <param name="origin">A random number of this process.</param>
internal sealed class RequestNumbers(ulong origin)
{
    private ulong last = origin;

    public ulong Next() => ++last;
}
