using Lutra.Storage.Files;

namespace Lutra.Node.Hosting;

/// <summary>
/// Reads run on their callers' threads, where they may be the first to meet damage (pitfall D04): the node then ends, naming the file, and who asked is told that it does.
/// </summary>
/// <param name="fail">Ends the node.</param>
internal sealed class DamageGuard(Action<Exception> fail)
{
    /// <exception cref="LutraException"><see cref="LutraError.Stopped"/>: the disk failed, or what it gave back is not what was written.</exception>
    public T Read<TState, T>(TState state, Func<TState, T> read)
    {
        try
        {
            return read(state);
        }
        catch (DiskException fault)
        {
            fail(fault);
            throw new LutraException(LutraError.Stopped, $"The node stops: {fault.Message}. Nothing was done.", fault);
        }
    }
}
