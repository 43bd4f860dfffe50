using System.Globalization;

namespace Lutra.Node.Identity;

/// <summary>
/// What people call a node (<c>--id</c>): a positive integer or a name. Names the node's folder, so its characters are those that every file
/// system takes. Integers sort first, by value; then names, by code unit.
/// </summary>
internal sealed record Label : IComparable<Label>
{
    public const int LengthMax = 64;

    private readonly ulong? number;

    private Label(string text, ulong? number)
    {
        Text = text;
        this.number = number;
    }

    public string Text { get; }

    /// <summary>The value of an integer label; null for a name.</summary>
    public ulong? Number => number;

    /// <summary>Reads a label; null, and why, where <paramref name="text"/> is none.</summary>
    public static Label? TryParse(string text, out string? error)
    {
        error = Fault(text);
        if (error is not null)
            return null;
        if (!text.All(char.IsAsciiDigit))
            return new Label(text, null);
        if (text[0] == '0')
            error = "an integer id is positive and has no leading zeros";
        else if (!ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            error = $"an integer id is at most {ulong.MaxValue}";
        else
            return new Label(text, number);
        return null;
    }

    /// <exception cref="FormatException">The text is no label.</exception>
    public static Label Parse(string text) => TryParse(text, out var error) ?? throw new FormatException($"'{text}' is no id: {error}.");

    public int CompareTo(Label? other) => (number, other?.number) switch
    {
        _ when other is null => 1,
        ({ } mine, { } theirs) => mine.CompareTo(theirs),
        ({ }, null) => -1,
        (null, { }) => 1,
        _ => string.CompareOrdinal(Text, other.Text),
    };

    public bool Equals(Label? other) => other is not null && Text == other.Text;

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Text);

    public override string ToString() => Text;

    private static string? Fault(string text)
    {
        if (text.Length is 0 or > LengthMax)
            return $"an id has from 1 to {LengthMax} characters";
        if (!char.IsAsciiLetterOrDigit(text[0]))
            return "an id starts with a letter or a digit";
        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('.' or '_' or '-'))
                return "an id is made of letters, digits, '.', '_' and '-'";
        }
        return null;
    }
}
