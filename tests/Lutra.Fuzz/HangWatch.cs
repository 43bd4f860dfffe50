namespace Lutra.Fuzz;

/// <summary>A parser that does not come back cannot be stopped: its input is kept, and the process ends.</summary>
internal sealed class HangWatch : IDisposable
{
    private static readonly TimeSpan atMost = TimeSpan.FromSeconds(30);

    private readonly Func<IReadOnlyList<Hunt>> hunts;
    private readonly string folder;
    private readonly Timer timer;

    public HangWatch(Func<IReadOnlyList<Hunt>> hunts, string folder)
    {
        this.hunts = hunts;
        this.folder = folder;
        timer = new Timer(_ => Look(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    public void Dispose() => timer.Dispose();

    private void Look()
    {
        foreach (var hunt in hunts())
        {
            if (hunt.IsWorking && hunt.Current is { For: var time, Input: var input } && time > atMost)
                Environment.FailFast($"{hunt.Target.Name} hangs: {new Finding(hunt.Target.Name, "it hangs", input).SaveTo(folder)}");
        }
    }
}
