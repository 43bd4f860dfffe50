using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Lutra.Fuzz.Targets;

/// <summary>Draws messages of any shape: some fields set, lists of a few, messages in messages to a depth that keeps them small.</summary>
internal sealed class ProtoDraw(Random random)
{
    private const int DepthMax = 5;

    private static readonly long[] numbers = [0, 1, 2, 7, 60, -1, 128, 300, int.MaxValue, long.MaxValue, long.MinValue];
    private static readonly string[] texts = ["", "a", "root", "http://localhost:2380", "3.6.0", "etcdserverpb.KV", "ä\ud83d\ude00", "JDJhJDA1"];

    public IMessage Message(MessageDescriptor shape, int depth = 0)
    {
        var message = shape.Parser.ParseFrom(ByteString.Empty);
        foreach (var field in shape.Fields.InFieldNumberOrder())
        {
            if (random.Next(3) == 0 || (field.FieldType == FieldType.Message && depth == DepthMax))
                continue;
            if (!field.IsRepeated)
                field.Accessor.SetValue(message, Value(field, depth));
            else if (field.Accessor.GetValue(message) is System.Collections.IList list)
            {
                for (var count = random.Next(4); count > 0; count--)
                    list.Add(Value(field, depth));
            }
        }

        return message;
    }

    private object Value(FieldDescriptor field, int depth) => field.FieldType switch
    {
        FieldType.Message => Message(field.MessageType, depth + 1),
        FieldType.Bytes => ByteString.CopyFrom(Bytes()),
        FieldType.String => texts[random.Next(texts.Length)],
        FieldType.Bool => random.Next(2) == 0,
        FieldType.Enum => random.Next(6),
        FieldType.Int32 => (int)numbers[random.Next(numbers.Length)],
        FieldType.UInt32 => (uint)numbers[random.Next(numbers.Length)],
        FieldType.UInt64 => (ulong)numbers[random.Next(numbers.Length)],
        FieldType.Int64 => numbers[random.Next(numbers.Length)],
        _ => throw new NotSupportedException($"No value for {field.FullName}"),
    };

    private byte[] Bytes()
    {
        var bytes = new byte[random.Next(8)];
        random.NextBytes(bytes);
        return bytes;
    }
}
