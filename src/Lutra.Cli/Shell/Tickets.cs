using Lutra.Cli.Output;

namespace Lutra.Cli.Shell;

/// <summary>
/// Writes whose caller does not wait (<c>--sync=false</c>): each gets a number at once, and its outcome is told when it is known. Nothing is
/// called done before a majority has it.
/// </summary>
internal sealed class Tickets(IShellOutput output)
{
    /// <summary>The most writes under way at once; the next one waits for a place.</summary>
    public const int UnderWayMax = 256;

    private readonly List<Task> underWay = [];
    private int last;
    private int failed;

    /// <summary>The code of the first write that failed.</summary>
    public ExitCode Code => (ExitCode)Volatile.Read(ref failed);

    /// <summary>Tells the ticket at once, its outcome later. Called by one thread at a time.</summary>
    /// <param name="write">Does it, and says how it went.</param>
    public async Task TakeAsync(Func<Task<string>> write, CancellationToken cancellationToken)
    {
        underWay.RemoveAll(each => each.IsCompleted);
        if (underWay.Count == UnderWayMax)
            await Task.WhenAny(underWay).WaitAsync(cancellationToken);
        var number = ++last;
        output.Say($"Ticket {number}");
        underWay.Add(RunAsync(number, write));
    }

    /// <summary>Returns when every outcome has been told.</summary>
    public Task AllToldAsync() => Task.WhenAll(underWay);

    private async Task RunAsync(int number, Func<Task<string>> write)
    {
        try
        {
            var outcome = await write();
            output.Say($"Ticket {number}: {outcome}");
        }
        catch (LutraException fault)
        {
            output.Complain($"Error: ticket {number}: {fault.Message}");
            Interlocked.CompareExchange(ref failed, (int)Failure.CodeOf(fault), (int)ExitCode.Ok);
        }
    }
}
