using System.Text;
using Lutra.Cli.Transfer;
using Lutra.Node.Formation;
using Lutra.Node.Hosting.Network;
using Lutra.Node.Identity;

namespace Lutra.Fuzz.Targets;

/// <summary>What stands in options, settings and files of keys: addresses, labels, lists of peers, lines of JSON. The first byte says what it is.</summary>
internal sealed class TextTarget : FuzzTarget
{
    private static readonly PeerAddress own = new("localhost", 3001);

    private static readonly string[] examples =
    [
        "localhost:2379", "1=localhost:3001,2=localhost:3002,3", "[::1]:80", ":9", "1=a:1, b:2 ,c=d:3", "{\"key\":\"a\",\"value\":\"b\"}", "{\"key_base64\":\"AA==\",\"value_base64\":\"_w==\"}",
        "node-1.a_b", "0.0.0.0:65535", "http://host:1/", "18446744073709551615",
    ];

    public override string Name => "text";

    public override IReadOnlyList<string> Words { get; } =
        [",", "=", ":", "[", "]", "localhost", "99999999999999999999", "-1", "::", "\"key\"", "\"value_base64\"", "{", "}", "\\u0000", "\\ud800", "http://", "0", "null"];

    public override byte[] Example(Random random) => [(byte)random.Next(5), .. Encoding.UTF8.GetBytes(examples[random.Next(examples.Length)])];

    public override void Parse(byte[] input)
    {
        if (input.Length == 0)
            return;
        var text = Bed(() => Encoding.UTF8.GetString(input.AsSpan(1)));
        switch (input[0] % 5)
        {
            case 0:
                Peers(text);
                break;
            case 1:
                if (PeerAddress.TryParse(text, out _) is { } address)
                    Require(PeerAddress.TryParse(address.ToString(), out _) == address, $"{address} is another address when it is written");
                break;
            case 2:
                if (Label.TryParse(text, out _) is { } label)
                    Require(Label.TryParse(label.Text, out _) == label, $"{label} is another label when it is written");
                break;
            case 3:
                HostAndPort.Parse(text);
                break;
            default:
                var put = KeyLine.Read(text);
                var again = KeyLine.Read(KeyLine.Write(new KeyValue(put.Key, put.Value, default, default, 1)));
                Require(again.Key.Span.SequenceEqual(put.Key.Span) && again.Value.Span.SequenceEqual(put.Value.Span), "a line that was read is written as another");
                break;
        }
    }

    public override bool IsDeclared(Exception exception) => exception is FormatException;

    private static void Peers(string text)
    {
        var errors = new List<string>();
        var list = PeerListParser.Parse([text], "--peers", Label.Parse("1"), own, errors);
        Require(list is not null == (errors.Count == 0), "a list without an error, or an error without a word");
    }
}
