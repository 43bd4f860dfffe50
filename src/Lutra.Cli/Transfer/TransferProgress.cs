using Spectre.Console;

namespace Lutra.Cli.Transfer;

/// <summary>How far a long transfer is: a bar on standard error where that is a terminal, nothing elsewhere.</summary>
internal static class TransferProgress
{
    /// <param name="total">What will have been moved at the end; the work reports what has been moved so far.</param>
    public static Task<T> ShowAsync<T>(string what, double total, Func<Action<double>, Task<T>> work)
    {
        if (Console.IsErrorRedirected || total <= 0)
            return work(_ => { });
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()).StartAsync(bar =>
        {
            var task = bar.AddTask(Markup.Escape(what), maxValue: total);
            return work(moved => task.Value = moved);
        });
    }
}
