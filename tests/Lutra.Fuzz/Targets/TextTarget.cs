using System.Text;
using Lutra.Cli.Client;
using Lutra.Client;
using Lutra.Node.Formation;
using Lutra.Node.Hosting.Network;
using Lutra.Node.Identity;
using Lutra.Server.Port;

namespace Lutra.Fuzz.Targets;

/// <summary>What stands in options, settings and the words of a transaction: addresses, labels, lists of peers. The first byte says what it is.</summary>
internal sealed class TextTarget : FuzzTarget
{
    private const int Kinds = 8;

    private static readonly PeerAddress own = new("localhost", 3001);

    // Of each kind.
    private static readonly string[][] examples =
    [
        ["1=localhost:3001,2=localhost:3002,3", "1=a:1, b:2 ,c=d:3", "0.0.0.0:65535,[::1]:80"],
        ["localhost:2379", "[::1]:80", ":9", "Host-1.example.com:65535"],
        ["node-1.a_b", "18446744073709551615", "7"],
        ["localhost:2379", "http://host:1/", ":80"],
        ["localhost:1,:2,https://h/x", "[::1]:2379"],
        ["localhost:2379", "0.0.0.0:0", "[::]:1", ":2"],
        ["value name = 'an otter'", "revision a < 7", "missing a", "lease b != 9"],
        ["put a 'b c'", "keys prefix", "del \"x y\"", "get a"],
    ];

    public override string Name => "text";

    public override IReadOnlyList<string> Words { get; } =
        [",", "=", ":", "[", "]", "localhost", "99999999999999999999", "-1", "::", "http://", "0", "null", "'", "\"", "\\", " = ", "value", "put", "exists"];

    public override byte[] Example(Random random)
    {
        var kind = random.Next(Kinds);
        return [(byte)kind, .. Encoding.UTF8.GetBytes(examples[kind][random.Next(examples[kind].Length)])];
    }

    public override void Parse(byte[] input)
    {
        if (input.Length == 0)
            return;
        var text = Bed(() => Encoding.UTF8.GetString(input.AsSpan(1)));
        switch (input[0] % Kinds)
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
            case 4:
                Endpoints.ParseList(text);
                break;
            case 5:
                var listen = ListenAddress.Parse(text);
                Require(ListenAddress.Parse(listen.ToString()) == listen, $"{listen} is another address when it is written");
                break;
            case 6:
                CompareText(text);
                break;
            default:
                TransactionText.Operation(text);
                break;
        }
    }

    public override bool IsDeclared(Exception exception) => exception is FormatException or LutraException;

    private static void CompareText(string text)
    {
        var compare = TransactionText.Compare(text);
        Require(compare.Range.IsSingleKey, "a compare of more than was named");
    }

    private static void Peers(string text)
    {
        var errors = new List<string>();
        var list = PeerListParser.Parse([text], "--peers", Label.Parse("1"), own, errors);
        Require(list is not null == (errors.Count == 0), "a list without an error, or an error without a word");
    }
}
