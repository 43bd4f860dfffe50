namespace Lutra.Raft.Tests.Harness;

/// <summary>Which messages are meant: <c>n1&gt;n2</c>, <c>&gt;n2</c>, <c>n1&gt;</c>, <c>VoteReply</c>, or any of these together.</summary>
internal sealed record MessageFilter(NodeId? From = null, NodeId? To = null, string? Type = null)
{
    public static readonly MessageFilter Any = new();

    public bool Matches(Message message) =>
        (From is null || message.From == From) && (To is null || message.To == To) && (Type is null || message.GetType().Name == Type);

    public static MessageFilter Of<T>(int? from = null, int? to = null) where T : Message =>
        new(from is { } f ? TestCluster.IdOf(f) : null, to is { } t ? TestCluster.IdOf(t) : null, typeof(T).Name);

    public static MessageFilter Between(int? from, int? to) =>
        new(from is { } f ? TestCluster.IdOf(f) : null, to is { } t ? TestCluster.IdOf(t) : null);

    public static MessageFilter Parse(IEnumerable<string> words)
    {
        var filter = Any;
        foreach (var word in words)
        {
            if (word.Contains('>', StringComparison.Ordinal))
            {
                var ends = word.Split('>');
                filter = filter with { From = Node(ends[0]), To = Node(ends[1]) };
            }
            else
            {
                if (typeof(Message).Assembly.GetType($"Lutra.Raft.{word}") is not { } type || !type.IsSubclassOf(typeof(Message)))
                {
                    throw new FormatException($"'{word}' is neither nA>nB nor the name of a message.");
                }

                filter = filter with { Type = word };
            }
        }

        return filter;
    }

    private static NodeId? Node(string word) => word.Length == 0 ? null : TestCluster.IdOf(TestCluster.NumberOf(word));
}
