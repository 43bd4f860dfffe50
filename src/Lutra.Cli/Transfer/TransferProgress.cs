using System.Diagnostics;
using System.Globalization;

namespace Lutra.Cli.Transfer;

/// <summary>
/// How far a long transfer is: a bar on standard error where that is a terminal, which is gone when the work is. Elsewhere nothing, or a line for each tenth where asked.
/// </summary>
internal sealed class TransferProgress
{
    private const int BarCells = 30;
    private static readonly TimeSpan BetweenDrawings = TimeSpan.FromMilliseconds(100);

    private readonly string what;
    private readonly double total;
    private readonly Action<string> write;
    private readonly Func<TimeSpan> elapsed;
    private TimeSpan nextDrawing = BetweenDrawings;

    /// <param name="elapsed">Time since the work began.</param>
    internal TransferProgress(string what, double total, Action<string> write, Func<TimeSpan> elapsed)
    {
        this.what = what;
        this.total = total;
        this.write = write;
        this.elapsed = elapsed;
    }

    /// <param name="total">What will have been moved at the end; the work reports what has been moved so far.</param>
    /// <param name="says">Takes lines where there is no terminal; null: nobody does.</param>
    public static async Task<T> ShowAsync<T>(string what, double total, Func<Action<double>, Task<T>> work, Action<string>? says = null)
    {
        if (total > 0 && Console.IsErrorRedirected && says is not null)
            return await work(Tenths(what, total, says));
        if (Console.IsErrorRedirected || total <= 0)
            return await work(_ => { });
        var started = Stopwatch.GetTimestamp();
        var progress = new TransferProgress(what, total, Console.Error.Write, () => Stopwatch.GetElapsedTime(started));
        try
        {
            return await work(progress.Moved);
        }
        finally
        {
            progress.End();
        }
    }

    internal static Action<double> Tenths(string what, double total, Action<string> says)
    {
        var told = 0;
        return moved =>
        {
            var tenths = (int)(10 * moved / total);
            if (tenths <= told)
                return;
            told = tenths;
            says(string.Create(CultureInfo.InvariantCulture, $"{what}: {moved} of {total}"));
        };
    }

    internal void Moved(double moved)
    {
        var now = elapsed();
        if (now < nextDrawing)
            return;
        nextDrawing = now + BetweenDrawings;
        var part = Math.Clamp(moved / total, 0, 1);
        var filled = (int)(part * BarCells);
        var left = part > 0 ? $"{TimeSpan.FromSeconds(now.TotalSeconds * (1 - part) / part):mm\\:ss} left" : "";
        write(string.Create(CultureInfo.InvariantCulture, $"\r\e[K{what} \e[32m{new string('━', filled)}\e[90m{new string('━', BarCells - filled)}\e[0m {(int)(part * 100),3}%  {left}"));
    }

    private void End() => write("\r\e[K");
}
