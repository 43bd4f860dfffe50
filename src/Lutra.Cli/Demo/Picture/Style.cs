namespace Lutra.Cli.Demo.Picture;

/// <summary>One of the terminal's own colours, so that the picture suits whatever theme it is shown in. The numbers are those of ANSI.</summary>
internal enum Colour : byte
{
    Default = 39,
    Black = 30,
    Red = 31,
    Green = 32,
    Yellow = 33,
    Blue = 34,
    Magenta = 35,
    Cyan = 36,
    Grey = 90,
}

/// <summary>How a cell looks.</summary>
/// <param name="IsSolid">The colour fills the cell, and the letter stands out of it.</param>
internal readonly record struct Style(Colour Colour, bool IsBold = false, bool IsSolid = false)
{
    public static readonly Style Plain = new(Colour.Default);
    public static readonly Style Faint = new(Colour.Grey);
    public static readonly Style Bold = new(Colour.Default, IsBold: true);
}
