using System.Buffers;
using System.Buffers.Text;

namespace Lutra.Bench.Load;

/// <summary>Reads an answer of <c>GET /watch</c> as its bytes come in: its head, the chunks, the lines, the messages.</summary>
/// <param name="message">Called for each message with its id, whether it is a bare progress, and its data.</param>
internal sealed class EventParser(EventParser.Message message)
{
    // A line of an event may go on in the next chunk.
    private readonly ArrayBufferWriter<byte> eventLine = new(256);
    private readonly ArrayBufferWriter<byte> frameLine = new(256);
    private Part part;
    private long chunkLeft;
    private long id;
    private bool isProgress;
    private string? status;

    public delegate void Message(long id, bool isProgress, ReadOnlySpan<byte> data);

    private enum Part
    {
        Status,
        Head,
        ChunkSize,
        Chunk,
        ChunkEnd,
    }

    /// <summary>The first line, where it is no 200; or why the stream ended.</summary>
    public string? Refusal { get; private set; }

    public void Feed(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && Refusal is null)
        {
            if (part == Part.Chunk)
            {
                var here = bytes[..(int)Math.Min(chunkLeft, bytes.Length)];
                bytes = bytes[here.Length..];
                chunkLeft -= here.Length;
                while (!here.IsEmpty)
                    TakeLine(ref here, eventLine);
                if (chunkLeft == 0)
                    part = Part.ChunkEnd;
            }
            else
            {
                TakeLine(ref bytes, frameLine);
            }
        }
    }

    // A line may come in pieces.
    private void TakeLine(ref ReadOnlySpan<byte> bytes, ArrayBufferWriter<byte> line)
    {
        var end = bytes.IndexOf((byte)'\n');
        if (end < 0)
        {
            line.Write(bytes);
            bytes = [];
            return;
        }

        var whole = bytes[..end];
        if (line.WrittenCount > 0)
        {
            line.Write(whole);
            whole = line.WrittenSpan;
        }

        bytes = bytes[(end + 1)..];
        Line(whole.TrimEnd((byte)'\r'));
        line.ResetWrittenCount();
    }

    private void Line(ReadOnlySpan<byte> text)
    {
        switch (part)
        {
            case Part.Status:
                status = System.Text.Encoding.ASCII.GetString(text);
                part = Part.Head;
                break;
            case Part.Head when text.IsEmpty:
                Refusal = status!.Contains(" 200 ", StringComparison.Ordinal) ? null : status;
                part = Part.ChunkSize;
                break;
            case Part.Head:
                break;
            case Part.ChunkSize:
                part = Part.Chunk;
                if (!Utf8Parser.TryParse(text, out chunkLeft, out _, 'X') || chunkLeft == 0)
                    Refusal = "The server ended the stream.";
                break;
            case Part.ChunkEnd:
                part = Part.ChunkSize;
                break;
            default:
                EventLine(text);
                break;
        }
    }

    private void EventLine(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("id: "u8))
            Refusal = Utf8Parser.TryParse(text[4..], out id, out _) ? null : "An id that is no revision.";
        else if (text.StartsWith("event: "u8))
            isProgress = text[7..].SequenceEqual("progress"u8);
        else if (text.StartsWith("data: "u8))
            message(id, isProgress, text[6..]);
        else if (text.IsEmpty)
            isProgress = false;
    }
}
