namespace Lutra.Simulation.Runs.Faults;

/// <summary>
/// One kind of thing that goes wrong. To add one: a class like those beside this file, and its line in <see cref="FaultCatalogue"/>. It draws its strength
/// from its own stream, log-uniformly where that makes sense, and tells <see cref="FaultSetting.Note"/> what it does.
/// </summary>
internal abstract class Fault(FaultSetting setting, string name)
{
    protected FaultSetting Setting => setting;

    protected Random Random { get; } = setting.Scheduler.RandomFor($"fault {name}");

    /// <summary>The cluster stands; from now on things may go wrong.</summary>
    public abstract void Begin();

    /// <summary>One more than usual, now: a storm is on.</summary>
    public virtual void Strike()
    {
    }

    /// <summary>The end of faults: undoes what would go on by itself. Nodes that are down are started by the run, and ways are opened by it.</summary>
    public virtual void Heal()
    {
    }
}
