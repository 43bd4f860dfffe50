using System.Text;
using Google.Protobuf;

namespace Lutra.Acceptance.Etcd.Differential;

/// <summary>What a store answered to one step, without what differs by nature: ids, times, terms.</summary>
/// <param name="Code">The status of gRPC; 0: done.</param>
/// <param name="Text">Of a refusal.</param>
/// <param name="Replies">Its messages, in order.</param>
internal sealed record Answer(int Code, string Text, IReadOnlyList<IMessage> Replies)
{
    /// <summary>The status of HTTP, where the gateway was asked; else 0.</summary>
    public int Http { get; init; }

    public bool Equals(Answer? other) => other is not null && Code == other.Code && Http == other.Http && Text == other.Text && Replies.SequenceEqual(other.Replies);

    public override int GetHashCode() => HashCode.Combine(Code, Text);

    public override string ToString()
    {
        if (Code != 0)
            return $"{Code}{(Http == 0 ? "" : $" (HTTP {Http})")} \"{Text}\"";
        var text = new StringBuilder(Text);
        foreach (var reply in Replies)
            text.Append(text.Length > 0 ? "\n        " : "").Append(Places.Shown(reply));
        return text.Length > 4000 ? $"{text.ToString(0, 4000)}..." : text.ToString();
    }
}
