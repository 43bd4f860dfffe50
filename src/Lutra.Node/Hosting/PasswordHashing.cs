using System.Security.Cryptography;
using System.Text;
using Lutra.Node.Auth;

namespace Lutra.Node.Hosting;

/// <summary>
/// Makes and checks password hashes, which is meant to be slow: on the pool, never more at once than half of the machine, so that who floods a node with guesses
/// takes no more from its users than that. How many wait is bounded, too.
/// </summary>
internal sealed class PasswordHashing(int cost) : IDisposable
{
    private const int WaitingMax = 256;

    // The hash of nothing that anybody knows: checking against it takes as long as for a user that is there.
    private readonly Lazy<string> nobodys = new(() => Bcrypt.Hash(Convert.ToHexString(RandomNumberGenerator.GetBytes(16)), cost, RandomNumberGenerator.GetBytes(Bcrypt.SaltBytes)));
    private readonly SemaphoreSlim turns = new(Math.Max(1, Environment.ProcessorCount / 2));
    private int waiting;

    /// <summary>Throws <see cref="LutraException"/> for a password that is too long.</summary>
    public async ValueTask<string> HashAsync(string password, CancellationToken cancellationToken)
    {
        if (Encoding.UTF8.GetByteCount(password) is > Bcrypt.PasswordBytesMax and var bytes)
            throw new LutraException(LutraError.TooLarge, $"The password has {bytes} bytes; bcrypt takes {Bcrypt.PasswordBytesMax}.");
        return await InTurnAsync(() => Bcrypt.Hash(password, cost, RandomNumberGenerator.GetBytes(Bcrypt.SaltBytes)), cancellationToken);
    }

    /// <param name="hash">Null: there is no such user; that takes its time, too, and is false.</param>
    public async ValueTask<bool> VerifyAsync(string password, string? hash, CancellationToken cancellationToken) =>
        await InTurnAsync(() => Bcrypt.Verify(password, string.IsNullOrEmpty(hash) ? nobodys.Value : hash) && !string.IsNullOrEmpty(hash), cancellationToken);

    public void Dispose() => turns.Dispose();

    private async ValueTask<T> InTurnAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref waiting) > WaitingMax)
        {
            Interlocked.Decrement(ref waiting);
            throw new LutraException(LutraError.Overloaded, $"{WaitingMax} passwords are being checked on this node already. Nothing was done: try again later.");
        }

        try
        {
            await turns.WaitAsync(cancellationToken);
            try
            {
                return await Task.Run(work, CancellationToken.None);
            }
            finally
            {
                turns.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }
}
