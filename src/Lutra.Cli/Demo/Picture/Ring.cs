namespace Lutra.Cli.Demo.Picture;

/// <summary>A rectangle of cells.</summary>
internal readonly record struct Area(int X, int Y, int Width, int Height)
{
    public double CentreX => X + ((Width - 1) / 2.0);

    public double CentreY => Y + ((Height - 1) / 2.0);

    public bool Holds(double x, double y) => x > X - 0.5 && x < X + Width - 0.5 && y > Y - 0.5 && y < Y + Height - 0.5;
}

/// <summary>
/// Where the nodes stand: clockwise, the first at the top where their number is odd, the others down the right side and up the left. And where a message
/// is on its straight way between two of them.
/// </summary>
internal sealed class Ring
{
    private const int Steps = 400;
    private readonly Area[] boxes;

    /// <param name="room">Where the ring may draw.</param>
    public Ring(Area room, int nodes)
    {
        var isLarge = room.Width >= 90 && room.Height >= 28;
        var (width, height) = isLarge ? (25, 5) : (15, 3);
        boxes = new Area[nodes];
        var hasTop = nodes % 2 == 1;
        if (hasTop)
            boxes[0] = new Area(room.X + ((room.Width - width) / 2), room.Y, width, height);
        var side = nodes / 2;
        var first = side switch
        {
            _ when !hasTop => 0,
            1 => room.Height - height,
            2 => room.Height * 3 / 10,
            _ => height - 1,
        };
        for (var at = 0; at < side; at++)
        {
            var y = side == 1 ? (hasTop ? first : (room.Height - height) / 2) : first + ((room.Height - height - first) * at / (side - 1));
            var inward = Inward(side, at, hasTop) * ((room.Width / 2) - width - 2);
            boxes[at + (hasTop ? 1 : 0)] = new Area(room.X + room.Width - width - (int)inward, room.Y + y, width, height);
            boxes[nodes - 1 - at] = new Area(room.X + (int)inward, room.Y + y, width, height);
        }
    }

    /// <summary>The box of the node with this number, from 1 on.</summary>
    public Area Box(int number) => boxes[number - 1];

    /// <summary>The cell of a message that has gone <paramref name="part"/> (0 to 1) of its way from the edge of one box to that of the other; null where the boxes touch.</summary>
    public (int X, int Y)? On(int from, int to, double part)
    {
        Area start = Box(from), end = Box(to);
        int first = 0, last = Steps;
        while (first < Steps && start.Holds(X(first), Y(first)))
            first++;
        while (last > 0 && end.Holds(X(last), Y(last)))
            last--;
        if (first > last)
            return null;
        var at = first + ((last - first) * part);
        return ((int)Math.Round(X(at)), (int)Math.Round(Y(at)));

        double X(double step) => start.CentreX + ((end.CentreX - start.CentreX) * step / Steps);
        double Y(double step) => start.CentreY + ((end.CentreY - start.CentreY) * step / Steps);
    }

    // The lowest pair stands closer together, and so does the highest where no node is above it: a ring, and not two columns.
    private static double Inward(int side, int at, bool hasTop) =>
        side > 1 && (at == side - 1 || (at == 0 && !hasTop)) ? 0.7 : side > 3 && !hasTop && (at == 1 || at == side - 2) ? 0.2 : 0;
}
