using System.Globalization;
using System.Text;

namespace Lutra.Cli.Client;

/// <summary>
/// The words of <c>lutra txn</c>: compares such as <c>value name = otter</c>, <c>version lock = 0</c>, <c>revision a &lt; 7</c>, <c>exists a</c>,
/// <c>missing a</c>; operations such as <c>put a b</c>, <c>get a</c>, <c>del a</c>, <c>keys prefix</c>.
/// </summary>
internal static class TransactionText
{
    public static Compare Compare(string text)
    {
        var words = Words.Split(text);
        return words switch
        {
            ["exists", var key] => new Compare(Single(key), CompareTarget.Version, CompareResult.Greater),
            ["missing", var key] => new Compare(Single(key), CompareTarget.Version, CompareResult.Equal),
            ["value", var key, var relation, var value] => new Compare(Single(key), CompareTarget.Value, Relation(relation, text), Value: Bytes(value)),
            [var target, var key, var relation, var number] => new Compare(Single(key), Target(target, text), Relation(relation, text), Number(number, text)),
            _ => throw Fault(text, "a compare is like: value name = otter, version lock = 0, revision a < 7, created a = 7, exists a, missing a"),
        };
    }

    public static Operation Operation(string text) => Words.Split(text) switch
    {
        ["put", var key, var value] => new PutOperation(Bytes(key), Bytes(value)),
        ["get", var key] => new RangeOperation(Single(key)),
        ["del" or "delete", var key] => new DeleteOperation(Single(key)),
        ["keys", var prefix] => new RangeOperation(KeyRange.Prefix(Bytes(prefix)), KeysOnly: true),
        ["del-prefix", var prefix] => new DeleteOperation(KeyRange.Prefix(Bytes(prefix))),
        _ => throw Fault(text, "an operation is like: put name otter, get name, del name, keys prefix, del-prefix prefix"),
    };

    private static CompareTarget Target(string word, string text) => word switch
    {
        "version" => CompareTarget.Version,
        "revision" => CompareTarget.ModRevision,
        "created" => CompareTarget.CreateRevision,
        "lease" => CompareTarget.Lease,
        _ => throw Fault(text, "what is compared is one of: value, version, revision, created, lease"),
    };

    private static CompareResult Relation(string word, string text) => word switch
    {
        "=" or "==" => CompareResult.Equal,
        "!=" => CompareResult.NotEqual,
        ">" => CompareResult.Greater,
        "<" => CompareResult.Less,
        _ => throw Fault(text, "a relation is one of: = != < >"),
    };

    private static long Number(string word, string text) =>
        long.TryParse(word, CultureInfo.InvariantCulture, out var number) ? number : throw Fault(text, $"\"{word}\" is no whole number");

    private static KeyRange Single(string key) => KeyRange.Single(Bytes(key));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static LutraException Fault(string text, string rule) =>
        new(LutraError.InvalidArgument, $"\"{text}\" cannot be read: {rule}.");
}
