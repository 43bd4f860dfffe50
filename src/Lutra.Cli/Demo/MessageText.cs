using Lutra.Raft;

namespace Lutra.Cli.Demo;

/// <summary>What a message says, as a person would say it.</summary>
internal static class MessageText
{
    /// <summary>Null for what is said all the time: heartbeats, their answers, and news of a commit.</summary>
    public static string? Of(Message message) => message switch
    {
        PreVoteRequest request => $"would you vote for me in term {request.Term.Value}?",
        PreVoteReply reply => reply.Granted ? "I would" : "I would not",
        VoteRequest request => $"vote for me in term {request.Term.Value}",
        VoteReply reply => reply.Granted ? $"you have my vote in term {reply.Term.Value}" : "no",
        AppendRequest { Entries.Length: > 0 } append => $"entries {append.Entries.Span[0].Index.Value} to {append.Entries.Span[^1].Index.Value}",
        AppendAccepted accepted => $"I have everything up to {accepted.Matched.Value}",
        AppendRejected => "that does not fit my log",
        _ => null,
    };
}
