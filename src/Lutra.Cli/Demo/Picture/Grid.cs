namespace Lutra.Cli.Demo.Picture;

/// <summary>A cell of the screen. All letters that are drawn take one column.</summary>
internal readonly record struct Cell(char Letter, Style Style)
{
    public static readonly Cell Blank = new(' ', Style.Plain);
}

/// <summary>A picture made of cells. What is drawn beyond its edges is not there.</summary>
internal sealed class Grid
{
    private readonly Cell[] cells;

    public Grid(int width, int height)
    {
        Width = width;
        Height = height;
        cells = new Cell[width * height];
        Array.Fill(cells, Cell.Blank);
    }

    public int Width { get; }

    public int Height { get; }

    public Cell this[int x, int y] => cells[(y * Width) + x];

    public void Put(int x, int y, char letter, Style style)
    {
        if (x >= 0 && x < Width && y >= 0 && y < Height)
            cells[(y * Width) + x] = new Cell(letter, style);
    }

    /// <summary>Returns the column behind the text.</summary>
    public int Write(int x, int y, string text, Style style)
    {
        foreach (var letter in text)
            Put(x++, y, letter, style);
        return x;
    }

    /// <summary>The text cut to <paramref name="width"/> columns.</summary>
    public void Write(int x, int y, int width, string text, Style style) => Write(x, y, text.Length <= width ? text : text[..Math.Max(0, width)], style);

    public void Fill(int x, int y, int width, int height, Cell cell)
    {
        for (var row = y; row < y + height; row++)
        {
            for (var column = x; column < x + width; column++)
                Put(column, row, cell.Letter, cell.Style);
        }
    }

    /// <summary>A frame with round corners, blank inside.</summary>
    public void Box(int x, int y, int width, int height, Style style, bool isBroken = false)
    {
        Fill(x, y, width, height, Cell.Blank);
        var (flat, steep) = isBroken ? ('┄', '┆') : ('─', '│');
        Fill(x + 1, y, width - 2, 1, new Cell(flat, style));
        Fill(x + 1, y + height - 1, width - 2, 1, new Cell(flat, style));
        Fill(x, y + 1, 1, height - 2, new Cell(steep, style));
        Fill(x + width - 1, y + 1, 1, height - 2, new Cell(steep, style));
        Put(x, y, '╭', style);
        Put(x + width - 1, y, '╮', style);
        Put(x, y + height - 1, '╰', style);
        Put(x + width - 1, y + height - 1, '╯', style);
    }

    /// <summary>The letters alone, a string for each row.</summary>
    public string[] Rows() => [.. Enumerable.Range(0, Height).Select(y => string.Concat(Enumerable.Range(0, Width).Select(x => this[x, y].Letter)).TrimEnd())];
}
