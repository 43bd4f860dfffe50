namespace Lutra.Node.Formation;

/// <summary>Text that another node sent, made fit for a terminal or a log.</summary>
internal static class PlainText
{
    public static string Of(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(character => char.IsControl(character) ? '?' : character)) : text;
}
