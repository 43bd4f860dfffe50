using System.Text;
using Lutra.Cli.Transfer;

namespace Lutra.Fuzz.Targets;

/// <summary>A line of a file for <c>lutra import</c>.</summary>
internal sealed class ImportTarget : FuzzTarget
{
    private static readonly string[] examples =
        ["{\"key\":\"a\",\"value\":\"b\"}", "{\"key_base64\":\"AA==\",\"value_base64\":\"_w==\"}", "{\"key\":\"\\u00e4\\n\",\"value\":\"\\ud83d\\ude00\",\"revision\":7}"];

    public override string Name => "import";

    public override IReadOnlyList<string> Words { get; } = ["\"key\"", "\"value\"", "_base64", "{", "}", "[", "]", ",", ":", "\"", "\\u0000", "\\ud800", "\\", "null", "true", "1e999", "-0"];

    public override byte[] Example(Random random) => Encoding.UTF8.GetBytes(examples[random.Next(examples.Length)]);

    public override void Parse(byte[] input)
    {
        var line = Bed(() => Encoding.UTF8.GetString(input));
        var put = KeyLine.Read(line);
        var again = KeyLine.Read(KeyLine.Write(new KeyValue(put.Key, put.Value, default, default, 1)));
        Require(again.Key.Span.SequenceEqual(put.Key.Span) && again.Value.Span.SequenceEqual(put.Value.Span), "a line that was read is written as another");
    }

    public override bool IsDeclared(Exception exception) => exception is FormatException;
}
