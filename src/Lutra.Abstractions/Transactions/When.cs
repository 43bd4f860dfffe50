using System.Text;

namespace Lutra;

/// <summary>Conditions of a transaction, as they are read aloud: when a key is missing, when its value is this.</summary>
public static class When
{
    /// <summary>There is no such key.</summary>
    public static Compare Missing(string key) => new(Key(key), CompareTarget.CreateRevision, CompareResult.Equal);

    public static Compare Exists(string key) => new(Key(key), CompareTarget.CreateRevision, CompareResult.Greater);

    /// <summary>Nobody wrote the key since it was read: its <see cref="KeyValue.ModRevision"/> is still this.</summary>
    public static Compare Unchanged(string key, Revision since) => new(Key(key), CompareTarget.ModRevision, CompareResult.Equal, since.Value);

    /// <inheritdoc cref="Unchanged(string, Revision)"/>
    public static Compare Unchanged(KeyValue read) => new(KeyRange.Single(read.Key), CompareTarget.ModRevision, CompareResult.Equal, read.ModRevision.Value);

    /// <summary>The key is there, and its value is this.</summary>
    public static Compare ValueIs(string key, string value) => new(Key(key), CompareTarget.Value, CompareResult.Equal, Value: Encoding.UTF8.GetBytes(value));

    /// <summary>The key is there, and its value is another.</summary>
    public static Compare ValueIsNot(string key, string value) => new(Key(key), CompareTarget.Value, CompareResult.NotEqual, Value: Encoding.UTF8.GetBytes(value));

    /// <summary>The key is attached to this lease.</summary>
    public static Compare HasLease(string key, long lease) => new(Key(key), CompareTarget.Lease, CompareResult.Equal, lease);

    private static KeyRange Key(string key) => KeyRange.Single(Encoding.UTF8.GetBytes(key));
}
