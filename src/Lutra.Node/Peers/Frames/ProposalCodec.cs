namespace Lutra.Node.Peers.Frames;

/// <summary>
/// Propose: request, term, count, then each command as bytes. ProposeReply: request, count, then for each command u8: 0 appended, else one more than the
/// place of the error in <see cref="LutraError"/> (which only grows at its end), followed by u8 whether a message comes, and the message.
/// All varints where nothing else is said.
/// </summary>
internal static class ProposalCodec
{
    /// <summary>Bounds what the lists may cost before their bytes were read.</summary>
    public const int CommandsMax = 16 * 1024;

    private const int MessageBytesMax = 4 * 1024;

    public static void Write(FrameWriter writer, ProposeFrame propose)
    {
        RequireFew(propose.Commands.Count);
        writer.Begin(FrameKind.Propose);
        writer.Varint(propose.Request);
        writer.Term(propose.Term);
        writer.Varint((ulong)propose.Commands.Count);
        for (var place = 0; place < propose.Commands.Count; place++)
            writer.Bytes(propose.Commands[place].Span);
    }

    public static ProposeFrame ReadPropose(ref FrameReader reader)
    {
        var request = reader.Varint();
        var term = reader.Term();
        var commands = new ReadOnlyMemory<byte>[reader.Count(CommandsMax, itemBytesMin: 1)];
        for (var place = 0; place < commands.Length; place++)
            commands[place] = reader.Bytes();
        return new ProposeFrame(request, term, commands);
    }

    public static void Write(FrameWriter writer, ProposeReplyFrame reply)
    {
        RequireFew(reply.Results.Count);
        writer.Begin(FrameKind.ProposeReply);
        writer.Varint(reply.Request);
        writer.Varint((ulong)reply.Results.Count);
        for (var place = 0; place < reply.Results.Count; place++)
        {
            var result = reply.Results[place];
            if (result.Error is not { } error)
            {
                writer.Byte(0);
                continue;
            }

            writer.Byte((byte)(error + 1));
            writer.Flag(result.Message is not null);
            if (result.Message is { } message)
                writer.Text(TextLimit.Shorten(message, MessageBytesMax));
        }
    }

    public static ProposeReplyFrame ReadReply(ref FrameReader reader)
    {
        var request = reader.Varint();
        var results = new ForwardResult[reader.Count(CommandsMax, itemBytesMin: 1)];
        for (var place = 0; place < results.Length; place++)
            results[place] = ReadResult(ref reader);
        return new ProposeReplyFrame(request, results);
    }

    private static ForwardResult ReadResult(ref FrameReader reader)
    {
        var outcome = reader.Byte();
        if (outcome == 0)
            return default;

        var error = (LutraError)(outcome - 1);
        if (!Enum.IsDefined(error))
            throw new MalformedFrameException($"No error has number {outcome}.");

        return new ForwardResult(error, reader.Flag() ? reader.Text(MessageBytesMax) : null);
    }

    private static void RequireFew(int count)
    {
        if (count > CommandsMax)
            throw new InvalidOperationException($"{count} commands in one frame, where at most {CommandsMax} are accepted.");
    }
}
