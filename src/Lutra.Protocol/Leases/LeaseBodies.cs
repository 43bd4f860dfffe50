using System.Text.Json.Serialization;

namespace Lutra.Protocol;

/// <summary>Asks for a lease.</summary>
public sealed record GrantBody
{
    /// <summary>How long it lives without a sign of life, in seconds.</summary>
    public required long Ttl { get; init; }

    /// <summary>Its number; 0 or absent: any free one.</summary>
    public long Id { get; init; }
}

/// <param name="Ttl">How long it lives without a sign of life, in seconds; short ones are lengthened.</param>
public sealed record GrantReply(long Lease, long Ttl, long Revision);

public sealed record RevokeReply(long Revision)
{
    /// <summary>For clients that only look whether it went well.</summary>
    public bool Success { get; init; } = true;
}

/// <param name="Ttl">What the lease has left, in seconds.</param>
/// <param name="Keys">The keys attached to it, where they were asked for.</param>
public sealed record LeaseReply(long Lease, long GrantedTtl, long Ttl, IReadOnlyList<KeyName>? Keys = null);

public sealed record LeasesReply(IReadOnlyList<long> Leases);

/// <summary>A key: <see cref="Key"/>, or <see cref="KeyBase64"/> where it is not UTF-8.</summary>
public sealed record KeyName
{
    public string? Key { get; init; }

    [JsonPropertyName("key_base64")]
    public byte[]? KeyBase64 { get; init; }

    public static KeyName Of(ReadOnlySpan<byte> key) =>
        BytesJson.IsText(key) ? new KeyName { Key = System.Text.Encoding.UTF8.GetString(key) } : new KeyName { KeyBase64 = key.ToArray() };

    public byte[] ToBytes() => KeyBase64 ?? System.Text.Encoding.UTF8.GetBytes(Key ?? "");
}
