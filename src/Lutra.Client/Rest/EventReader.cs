using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace Lutra.Client.Rest;

/// <summary>Reads Server-Sent Events (WHATWG HTML, section 9.2), as far as our servers send them: one data line a message.</summary>
internal sealed class EventReader(Stream stream, int lineBytesMax)
{
    private readonly PipeReader pipe = PipeReader.Create(stream);

    /// <summary>The next message; null where the stream has ended. Throws <see cref="IOException"/> where it breaks, or a line is too long.</summary>
    public async ValueTask<(string? Name, byte[] Data)?> ReadAsync(CancellationToken cancellationToken)
    {
        string? name = null;
        byte[]? data = null;
        while (await ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Length == 0 && data is not null)
                return (name, data);
            if (Value(line, "data"u8) is { } value)
                data = value;
            else if (Value(line, "event"u8) is { } given)
                name = Encoding.UTF8.GetString(given);
        }

        return null;
    }

    private static byte[]? Value(byte[] line, ReadOnlySpan<byte> field)
    {
        if (line.Length <= field.Length || !line.AsSpan().StartsWith(field) || line[field.Length] != (byte)':')
            return null;
        var start = field.Length + 1;
        return line[(line.Length > start && line[start] == (byte)' ' ? start + 1 : start)..];
    }

    private async ValueTask<byte[]?> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await pipe.ReadAsync(cancellationToken);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = read.Buffer.Slice(0, end).ToArray();
                pipe.AdvanceTo(read.Buffer.GetPosition(1, end));
                return line is [.., (byte)'\r'] ? line[..^1] : line;
            }

            if (read.IsCompleted)
                return null;
            if (read.Buffer.Length > lineBytesMax)
                throw new IOException($"a message has more than {lineBytesMax} bytes");
            pipe.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
