using System.Text;

namespace Lutra.Keyspace.Tests;

/// <summary>Keys and values of the tests are short texts.</summary>
internal static class Text
{
    public static ReadOnlyMemory<byte> Bytes(string text) => Encoding.Latin1.GetBytes(text);

    public static string From(ReadOnlyMemory<byte> bytes) => Encoding.Latin1.GetString(bytes.Span);

    public static KeyRange Key(string key) => KeyRange.Single(Bytes(key));

    /// <summary>From <paramref name="from"/> up to, and without, <paramref name="end"/>; an empty end is the end of the store.</summary>
    public static KeyRange Range(string from, string end) => new(Bytes(from), Bytes(end));

    public static PutOperation Put(string key, string value = "", long lease = 0) => new(Bytes(key), Bytes(value), lease);

    public static DeleteOperation Delete(string key) => new(Key(key));

    public static RangeOperation Get(string key, long revision = 0) => new(Key(key), Revision: new Revision(revision));

    /// <summary>"key=value create/mod/version" of each, in order.</summary>
    public static string Of(IEnumerable<KeyValue> keyValues) => string.Join(", ", keyValues.Select(Of));

    public static string Of(KeyValue? found) =>
        found is null ? "none" : $"{From(found.Key)}={From(found.Value)} {found.CreateRevision}/{found.ModRevision}/{found.Version}{(found.Lease == 0 ? "" : $" lease {found.Lease}")}";

    public static string Keys(RangeResult result) => string.Join(' ', result.KeyValues.Select(found => From(found.Key)));
}
