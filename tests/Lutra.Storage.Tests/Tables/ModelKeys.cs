namespace Lutra.Storage.Tests.Tables;

/// <summary>Few enough that keys meet often, odd enough to show what byte order means.</summary>
internal static class ModelKeys
{
    private static readonly byte[][] keys =
    [
        [], [0], [0, 0], [0, 1], [1],
        "a"u8.ToArray(), "a\0"u8.ToArray(), "a/b"u8.ToArray(), "ab"u8.ToArray(), "b"u8.ToArray(), [0x7F], [0x80],
        [0xFF], [0xFF, 0], [0xFF, 0xFF],
        .. Enumerable.Range(0, 20).Select(i => System.Text.Encoding.UTF8.GetBytes($"/registry/pods/{i:000}")),
    ];

    public static byte[] Any(Random random) => keys[random.Next(keys.Length)];
}
