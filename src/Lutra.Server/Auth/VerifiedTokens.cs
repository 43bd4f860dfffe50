namespace Lutra.Server.Auth;

/// <summary>
/// The signed tokens whose signatures were checked not long ago. A client shows the same one with every call, and a signature takes up to a tenth of a
/// millisecond: it is checked for the first, and for hardly any other. Safe from many threads; a place holds the last token that fell on it.
/// </summary>
internal sealed class VerifiedTokens
{
    private const int Places = 1024;

    // Longer ones are checked each time: what is remembered stays below two megabytes.
    private const int LengthMax = 1024;

    private readonly Entry?[] entries = new Entry?[Places];

    /// <summary>What a token says that was found good; null: it is not known to be.</summary>
    public SignedClaims? Find(string token)
    {
        // The hash is seeded by the process: how long it takes to compare tells nobody how much of a token was guessed.
        var hash = token.GetHashCode(StringComparison.Ordinal);
        return Volatile.Read(ref entries[PlaceOf(hash)]) is { } entry && entry.Hash == hash && entry.Token == token ? entry.Claims : null;
    }

    public void Add(string token, SignedClaims claims)
    {
        if (token.Length > LengthMax)
            return;
        var hash = token.GetHashCode(StringComparison.Ordinal);
        Volatile.Write(ref entries[PlaceOf(hash)], new Entry(hash, token, claims));
    }

    private static int PlaceOf(int hash) => (int)((uint)hash % Places);

    private sealed record Entry(int Hash, string Token, SignedClaims Claims);
}

/// <param name="EndsAtSeconds">Since 1970, UTC.</param>
internal sealed record SignedClaims(string User, ulong AuthRevision, double EndsAtSeconds);
