using Lutra.Keyspace.Auth;
using Lutra.Keyspace.Commands;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Scheduling;

namespace Lutra.Simulation.Workloads.Permissions;

/// <summary>Puts a key that is nobody's, and has users asked for, and in some worlds not any more and again, while they work.</summary>
internal sealed class AuthSwitch : SequentialClient
{
    // As a fresh store has none.
    private const string Hash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

    private readonly PermissionBook book;
    private readonly TimeSpan? staysFor;
    private int step;
    private bool wantsOn = true;

    public AuthSwitch(WorkloadSetting setting, PermissionBook book)
        : base(setting, "permissions, switch")
    {
        this.book = book;
        if (Random.Next(2) == 0)
            staysFor = Random.LogUniform(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30));
    }

    protected override bool HasEnough => staysFor is null && !wantsOn;

    protected override void Act(SimulatedNode node)
    {
        Command[] first =
        [
            new AddUserCommand("root", Hash, false), new GrantRoleCommand("root", "root"),
            new GrantLeaseCommand(Trespass.Lease, 3600), new WriteCommand(new PutOperation(Trespass.Key, "not theirs"u8.ToArray(), Trespass.Lease)),
        ];
        if (step < first.Length)
        {
            Write(node, first[step], ending =>
            {
                step += ending.IsDone || ending.Error is LutraError.UserExists or LutraError.LeaseExists ? 1 : 0;
                Again();
            });
            return;
        }

        Switch(node, wantsOn);
    }

    private void Switch(SimulatedNode node, bool on)
    {
        book.SwitchAsked();
        Write(node, on ? new EnableAuthCommand() : new DisableAuthCommand(), ending =>
        {
            if (ending.IsUnknown)
                book.SwitchUnknown();
            if (ending.IsDone)
            {
                book.Switched(on);
                wantsOn = !on;
            }

            if (ending.IsDone && staysFor is { } stays)
                AgainAfter(stays * (on ? 1 : 0.2));
            else
                Again();
        });
    }
}
