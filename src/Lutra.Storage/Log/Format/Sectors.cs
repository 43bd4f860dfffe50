namespace Lutra.Storage.Log.Format;

/// <summary>
/// A disk writes a sector of 512 bytes whole or not at all. Space that was never written holds zeros, so a sector of a write that did
/// not reach the disk is all zeros within that write.
/// </summary>
internal static class Sectors
{
    public const int SizeBytes = 512;

    /// <summary>Whether, of the bytes at <paramref name="offset"/>, the part in any one sector is all zeros.</summary>
    public static bool AnyIsUnwritten(ReadOnlySpan<byte> bytes, long offset)
    {
        while (!bytes.IsEmpty)
        {
            var piece = Math.Min(bytes.Length, SizeBytes - (int)(offset % SizeBytes));
            if (!bytes[..piece].ContainsAnyExcept((byte)0))
                return true;
            bytes = bytes[piece..];
            offset += piece;
        }
        return false;
    }
}
