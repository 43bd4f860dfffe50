namespace Lutra;

/// <summary>How large a request may be. What is beyond is refused with <see cref="LutraError.TooLarge"/>, before anything is done.</summary>
public static class LutraLimits
{
    /// <summary>The longest key, in bytes. Fixed: keys stand in every index.</summary>
    public const int KeySizeBytesMax = 64 * 1024;

    /// <summary>The largest request, in bytes: its keys, its values and a little for each. 1.5 MiB, as in etcd.</summary>
    public const int RequestSizeBytesMax = 1536 * 1024;

    /// <summary>The most compares, and the most operations of a branch, in a transaction; one nested in it has what is left over. As in etcd.</summary>
    public const int TransactionOperationsMax = 128;
}
