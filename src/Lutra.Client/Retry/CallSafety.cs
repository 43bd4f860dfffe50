namespace Lutra.Client.Retry;

/// <summary>What a second try of a call could do.</summary>
public enum CallSafety
{
    /// <summary>Nothing: it changes nothing.</summary>
    Read,

    /// <summary>Nothing: the store knows the first by its idempotency key.</summary>
    WriteWithKey,

    /// <summary>The write again. Only safe where the first was certainly not done (pitfall C07).</summary>
    WriteOnce,
}
