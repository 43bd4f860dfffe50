namespace Lutra.Client.Rest;

/// <summary>Waits for the parts of an answer that comes bit by bit, and says in our words how one of them failed to come.</summary>
/// <param name="name">The server's.</param>
/// <param name="silence">How long it may say nothing.</param>
/// <param name="consequence">What it means that the connection broke, behind the reason; empty: nothing more.</param>
internal sealed class LongAnswer(string name, TimeSpan silence, string consequence = "")
{
    /// <param name="call">Ends as cancelled after that silence.</param>
    /// <param name="cancellationToken">The caller's own: its cancellation is none of the server's faults.</param>
    public async Task<T> NextAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (OperationCanceledException silent) when (!cancellationToken.IsCancellationRequested)
        {
            throw new LutraException(LutraError.Unavailable, $"{name} said nothing for {silence.TotalSeconds} seconds.", silent);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            throw new LutraException(
                LutraError.Unavailable, $"The connection to {name} broke: {broken.GetBaseException().Message.TrimEnd('.')}.{consequence}", broken);
        }
    }
}
