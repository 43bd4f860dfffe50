namespace Lutra.Raft;

/// <summary>In how many seeds of the simulator a mark is expected to be hit.</summary>
public enum MarkClass
{
    /// <summary>In more than one of ten.</summary>
    Common,

    /// <summary>In more than one of a thousand.</summary>
    Rare,

    /// <summary>In one of fifty thousand, or only where something is broken on purpose.</summary>
    VeryRare,
}

/// <summary>
/// A place in the code that tests must reach: "this rare thing happened". Each project lists its own in a class named Marks; whoever runs the simulator is
/// told which were never hit (reliability specification, section 1.10). A mark changes nothing and is read by nobody else. Where marks are off, as everywhere
/// but in the simulator, the JIT leaves nothing of it in the code.
/// </summary>
public sealed class Mark(MarkClass expected)
{
    /// <summary>The switch of the process (<see cref="AppContext"/>) that turns marks on. Read once, at the first mark.</summary>
    public const string Switch = "Lutra.Marks";

    private static readonly bool IsOn = AppContext.TryGetSwitch(Switch, out var isOn) && isOn;

    public MarkClass Expected { get; } = expected;

    public void Hit()
    {
        if (IsOn)
            MarkSheet.OfThisThread?.Add(this);
    }

    public void HitIf(bool happened)
    {
        if (IsOn && happened)
            MarkSheet.OfThisThread?.Add(this);
    }
}
