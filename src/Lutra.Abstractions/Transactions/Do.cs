using System.Text;

namespace Lutra;

/// <summary>Operations of a transaction, with text for keys and values (UTF-8).</summary>
public static class Do
{
    /// <param name="lease">Attach the key to this lease; 0: to none.</param>
    public static PutOperation Put(string key, string value, long lease = 0) => new(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value), lease);

    public static RangeOperation Get(string key) => new(KeyRange.Single(Encoding.UTF8.GetBytes(key)));

    public static RangeOperation GetPrefix(string prefix, long limit = 0) => new(KeyRange.Prefix(Encoding.UTF8.GetBytes(prefix)), limit);

    public static DeleteOperation Delete(string key) => new(KeyRange.Single(Encoding.UTF8.GetBytes(key)));

    public static DeleteOperation DeletePrefix(string prefix) => new(KeyRange.Prefix(Encoding.UTF8.GetBytes(prefix)));
}
