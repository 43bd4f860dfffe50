using System.Collections;
using Lutra.Raft;

namespace Lutra.Node.Tests.Peers.Frames;

/// <summary>A value with all that is in it as text: what two frames must have in common to be the same.</summary>
internal static class FrameText
{
    public static string Of(object? value) => value switch
    {
        null => "null",
        ReadOnlyMemory<byte> bytes => Convert.ToHexString(bytes.Span),
        ReadOnlyMemory<Entry> entries => Of(entries.ToArray()),
        Configuration configuration => Convert.ToHexString(configuration.Encode()),
        string or ValueType when value.GetType().IsPrimitive || value is string or Enum or UInt128 => value.ToString()!,
        IEnumerable items => $"[{string.Join(", ", items.Cast<object>().Select(Of))}]",
        _ => $"{value.GetType().Name}({string.Join(", ", value.GetType().GetProperties()
            .Where(property => property.GetMethod is { IsStatic: false } && property.Name is not ("Next" or "Previous") && property.GetIndexParameters().Length == 0
                || property is { Name: "Previous", DeclaringType.Name: "AppendRequest" or "AppendRejected" })
            .Select(property => $"{property.Name}={Of(property.GetValue(value))}"))})",
    };
}
