namespace Lutra.Server.Etcd.Wire;

/// <summary>etcd's way of naming ranges: no end is one key, an end of one zero byte is the end of the store.</summary>
internal static class KeyRangeWire
{
    public static KeyRange Of(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> end) =>
        end.IsEmpty ? KeyRange.Single(key)
        : end.Span is [0] ? new KeyRange(key, ReadOnlyMemory<byte>.Empty)
        : new KeyRange(key, end);
}
