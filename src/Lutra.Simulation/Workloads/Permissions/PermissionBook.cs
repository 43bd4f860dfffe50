namespace Lutra.Simulation.Workloads.Permissions;

/// <summary>
/// Whether users are asked for, as far as those who switch it know: it is so from the answer to a switch on until the next switch off is asked for. A switch of which
/// nobody knows whether it was done may be done at any later time, so that from then on nothing is known.
/// </summary>
internal sealed class PermissionBook
{
    private bool isOn;
    private bool isLost;

    public Moment Now { get; private set; }

    public bool IsOn => isOn && !isLost;

    /// <summary>How often it was seen that users are not asked for any more: all tokens end then.</summary>
    public int TimesOff { get; private set; }

    /// <summary>Somebody is about to ask for a switch.</summary>
    public void SwitchAsked() => (isOn, Now) = (false, new Moment(Now.Epoch + 1));

    /// <param name="on">How it is from now on. What was asked for before may have been done before.</param>
    public void Switched(bool on) => (isOn, Now, TimesOff) = (on, new Moment(Now.Epoch + 1), TimesOff + (on ? 0 : 1));

    public void SwitchUnknown() => isLost = true;

    /// <summary>Users were asked for at <paramref name="moment"/>, now, and all the while.</summary>
    public bool AreUsersAskedForSince(Moment moment) => IsOn && moment == Now;

    /// <summary>Between two of: a switch was asked for, it was done.</summary>
    internal readonly record struct Moment(int Epoch);
}
