namespace Lutra.Client;

/// <summary>How one server is talked to. Knows nothing of other servers, and never tries a call twice: that is for <see cref="LutraClient"/>.</summary>
public interface IClientTransport : IAsyncDisposable
{
    /// <summary>
    /// The store as the server at <paramref name="endpoint"/> gives it. Does not connect yet. Its failures are <see cref="LutraException"/>s that tell apart
    /// what was certainly not done (<see cref="LutraError.Unavailable"/>: nobody listens there) from what may have been
    /// (<see cref="LutraError.OutcomeUnknown"/>: the request went out and no answer came).
    /// </summary>
    ILutraClient Open(Uri endpoint);
}
