namespace Lutra.Cli.Demo.Picture;

/// <summary>What the keys do and what there is to try, over the picture.</summary>
internal static class HelpBox
{
    private static readonly string[] Lines =
    [
        "1-9, arrows  choose a node         space  pause",
        "k  kill it   r  start it again     s  one tick",
        "c  cut it off   h  connect it      + -  faster, slower",
        "x  split the network, or join it again",
        "p  a client writes (to the chosen node if it leads)",
        "t  end its election timer   l  hand it the lead",
        "",
        "[filled] entries are committed, (others) are not yet.",
        "The bar in a box: how long it has heard no leader.",
        "",
        "Try: k on the leader, then p; x, then p on both sides;",
        "k on three of five: nothing can be committed any more.",
        "",
        "Any key goes on.",
    ];

    public static void Draw(Grid grid)
    {
        var (width, height) = (Lines.Max(line => line.Length) + 4, Lines.Length + 2);
        var (x, y) = ((grid.Width - width) / 2, (grid.Height - height) / 2);
        grid.Box(x, y, width, height, new Style(Colour.Cyan, IsBold: true));
        for (var at = 0; at < Lines.Length; at++)
            grid.Write(x + 2, y + 1 + at, Lines[at], Style.Plain);
    }
}
