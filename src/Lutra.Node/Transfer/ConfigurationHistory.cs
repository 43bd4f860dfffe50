using Lutra.Raft;

namespace Lutra.Node.Transfer;

/// <summary>The configurations that were applied since this node started, each from its index on: a state at an index is sent with the one of that index.</summary>
internal sealed class ConfigurationHistory(LogIndex first, Configuration configuration)
{
    private readonly Lock gate = new();
    private readonly List<(LogIndex From, Configuration Configuration)> history = [(first, configuration)];

    public void Add(LogIndex from, Configuration configuration)
    {
        lock (gate)
            history.Add((from, configuration));
    }

    /// <summary>A state was installed over everything: nothing older is asked for again.</summary>
    public void Restart(LogIndex from, Configuration configuration)
    {
        lock (gate)
        {
            history.Clear();
            history.Add((from, configuration));
        }
    }

    public Configuration At(LogIndex index)
    {
        lock (gate)
        {
            for (var at = history.Count - 1; at > 0; at--)
            {
                if (history[at].From <= index)
                    return history[at].Configuration;
            }

            return history[0].Configuration;
        }
    }

    /// <summary>Tables hold everything up to <paramref name="durable"/>: states below it are no longer sent.</summary>
    public void Forget(LogIndex durable)
    {
        lock (gate)
        {
            while (history.Count > 1 && history[1].From <= durable)
                history.RemoveAt(0);
        }
    }
}
