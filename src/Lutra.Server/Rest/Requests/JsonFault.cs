using System.Globalization;
using System.Text.Json;
using Lutra.Server.Rest.Replies;

namespace Lutra.Server.Rest.Requests;

/// <summary>What is wrong with a JSON text and where, in words for the one who wrote it: the reader's own speak of its types.</summary>
internal static class JsonFault
{
    public static string Describe(JsonException fault)
    {
        var message = fault.Message;
        foreach (var mark in (ReadOnlySpan<string>)[" Path: ", " LineNumber: "])
        {
            if (message.IndexOf(mark, StringComparison.Ordinal) is >= 0 and var cut)
                message = message[..cut];
        }

        return $"{InOurWords(message)}{Place(fault)}";
    }

    private static string InOurWords(string message)
    {
        if (message.Contains("could not be mapped to any", StringComparison.Ordinal))
            return $"There is a member in it that this call does not know: {FirstQuoted(message)}.";
        if (message.Contains("was missing required properties", StringComparison.Ordinal))
            return $"A member is missing: {message[(message.LastIndexOf(':') + 1)..].Trim(' ', '.')}.";
        if (message.StartsWith("Duplicate", StringComparison.Ordinal))
            return $"A member is there twice: {FirstQuoted(message)}.";
        if (message.Contains("does not contain any JSON tokens", StringComparison.Ordinal))
            return "It is empty: send {} where there is nothing to say.";
        if (message.Contains("could not be converted to", StringComparison.Ordinal))
            return "A value is not of the type that belongs there.";
        return message.Contains("System.", StringComparison.Ordinal) || message.Contains("Lutra.", StringComparison.Ordinal)
            ? "It does not have the shape that this call takes."
            : message;
    }

    private static string FirstQuoted(string message)
    {
        var (first, last) = (message.IndexOf('\''), message.LastIndexOf('\''));
        var end = first < 0 ? -1 : message.IndexOf('\'', first + 1);
        return end < 0 || end > last ? "?" : Quoted.Of(message.AsSpan(first + 1, end - first - 1));
    }

    private static string Place(JsonException fault)
    {
        var path = fault.Path is null or "$" ? "" : $", at {Quoted.Of(fault.Path)}";
        return fault is { LineNumber: { } line, BytePositionInLine: { } at }
            ? string.Create(CultureInfo.InvariantCulture, $" (line {line + 1}, byte {at + 1}{path})")
            : "";
    }
}
