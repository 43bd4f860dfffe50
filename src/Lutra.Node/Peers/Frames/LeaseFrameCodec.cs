using Lutra.Node.Leases;

namespace Lutra.Node.Peers.Frames;

/// <summary>
/// Lease: request, count, then for each question the lease and u8 whether it renews. LeaseReply: request, count, then for each u8: 0, followed by the ttl and
/// what is left in seconds; else one more than the place of the error in <see cref="LutraError"/>, followed by the message. Varints where nothing else is said.
/// </summary>
internal static class LeaseFrameCodec
{
    private const int MessageBytesMax = 1024;

    public static void Write(FrameWriter writer, LeaseFrame frame)
    {
        writer.Begin(FrameKind.Lease);
        writer.Varint(frame.Request);
        writer.Varint((ulong)frame.Questions.Count);
        foreach (var (lease, renews) in frame.Questions)
        {
            writer.Varint((ulong)lease);
            writer.Flag(renews);
        }
    }

    public static LeaseFrame ReadQuestions(ref FrameReader reader)
    {
        var request = reader.Varint();
        var questions = new LeaseQuestion[reader.Count(LeaseFrame.QuestionsMax, itemBytesMin: 2)];
        for (var at = 0; at < questions.Length; at++)
            questions[at] = new LeaseQuestion((long)reader.Varint(), reader.Flag());
        return new LeaseFrame(request, questions);
    }

    public static void Write(FrameWriter writer, LeaseReplyFrame frame)
    {
        writer.Begin(FrameKind.LeaseReply);
        writer.Varint(frame.Request);
        writer.Varint((ulong)frame.Answers.Count);
        foreach (var answer in frame.Answers)
        {
            if (answer.Error is { } error)
            {
                writer.Byte((byte)(error + 1));
                writer.Text(TextLimit.Shorten(answer.Message ?? "", MessageBytesMax));
                continue;
            }

            writer.Byte(0);
            writer.Varint((ulong)answer.TtlSeconds);
            writer.Varint((ulong)answer.RemainingSeconds);
        }
    }

    public static LeaseReplyFrame ReadReply(ref FrameReader reader)
    {
        var request = reader.Varint();
        var answers = new LeaseAnswer[reader.Count(LeaseFrame.QuestionsMax, itemBytesMin: 2)];
        for (var at = 0; at < answers.Length; at++)
            answers[at] = ReadAnswer(ref reader);
        return new LeaseReplyFrame(request, answers);
    }

    private static LeaseAnswer ReadAnswer(ref FrameReader reader)
    {
        var outcome = reader.Byte();
        if (outcome == 0)
            return LeaseAnswer.Left(reader.VarintLong(), reader.VarintLong());
        var error = (LutraError)(outcome - 1);
        if (!Enum.IsDefined(error))
            throw new MalformedFrameException($"No error has number {outcome}.");
        return new LeaseAnswer(error, reader.Text(MessageBytesMax), 0, 0);
    }
}
