using System.Globalization;
using System.Text;
using Lutra.Keyspace.Auth;
using Lutra.Keyspace.Commands;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Workloads;

namespace Lutra.Simulation.Tests.Workloads;

/// <summary>
/// Each client is a user with a key of its own, who may write it now and may not then. What is written while it may not be was never there: not at once, and not when
/// a write from before comes late, through whichever node, whatever that node has heard of the revocation.
/// </summary>
internal sealed class PermissionClient(WorkloadSetting setting, int number, Action<string> violated) : SequentialClient(setting, $"permission client {number}"), IWorkloadClient
{
    private const string Hash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

    private readonly Queue<AuthCommand> toDo = new();
    private int generation;
    private bool may;
    private string? frozen;
    private long written;

    /// <summary>So many writes of users were done, and so many refused for want of rights.</summary>
    public (int Done, int Denied) Writes { get; private set; }

    private string Name => string.Create(CultureInfo.InvariantCulture, $"permission/{number}/{generation}");

    private byte[] Key => Encoding.UTF8.GetBytes(Name);

    private Permission Right => new(PermissionKind.Write, KeyRange.Single(Key));

    public void ReadBack(IReadOnlyList<SimulatedNode> nodes) => ThroughEach(nodes, Look);

    protected override void Act(SimulatedNode node)
    {
        if (generation == 0)
            BeginAnew();
        if (toDo.TryPeek(out var next))
        {
            // What is so already is refused, and that is as good.
            Write(node, next, ending =>
            {
                if (ending.IsDone || ending.Error is LutraError.UserExists or LutraError.RoleExists)
                    toDo.TryDequeue(out _);
                Again();
            }, caller: Caller.Inside);
            return;
        }

        switch (Random.Next(6))
        {
            case 0:
                Change(node, new GrantPermissionCommand(Name, Right), allowed: true);
                break;
            case 1:
                Change(node, new RevokePermissionCommand(Name, Right.Range), allowed: false);
                break;
            case 2:
                Look(node, Again);
                break;
            default:
                Put(node);
                break;
        }
    }

    private void BeginAnew()
    {
        generation++;
        (may, frozen) = (false, null);
        toDo.Clear();
        AuthCommand[] first = [new AddUserCommand("root", Hash, false), new GrantRoleCommand("root", "root"), new EnableAuthCommand()];
        AuthCommand[] own = [new AddUserCommand(Name, Hash, false), new AddRoleCommand(Name), new GrantRoleCommand(Name, Name)];
        foreach (var command in first.Concat(own))
            toDo.Enqueue(command);
    }

    private void Change(SimulatedNode node, AuthCommand change, bool allowed) => Write(node, change, ending =>
    {
        // What may still be done some time is left to itself: another user goes on.
        if (ending.IsUnknown)
            BeginAnew();
        else if (ending.IsDone && allowed)
            (may, frozen) = (true, null);
        else if (ending.IsDone)
            may = false;
        Again();
    }, caller: Caller.Inside);

    private void Put(SimulatedNode node)
    {
        // As of now, as far as this node knows, or as if it had been proved later than anything.
        var known = node.Loop!.Replica?.Keyspace.Auth.Revision ?? 1;
        var caller = Caller.User(Name, Random.Next(2) == 0 ? known : ulong.MaxValue);
        var put = new PutOperation(Key, Encoding.UTF8.GetBytes((++written).ToString(CultureInfo.InvariantCulture)));
        Write(node, new WriteCommand(put), ending =>
        {
            if (ending.IsDone && !may)
                violated($"A1: {Name} wrote what it may not write (at {Now})");
            if (ending.Error == LutraError.Denied && may)
                violated($"A2: {Name} was not let write what it may write (at {Now})");
            Writes = (Writes.Done + (ending.IsDone ? 1 : 0), Writes.Denied + (ending.Error == LutraError.Denied ? 1 : 0));
            Again();
        }, caller: caller);
    }

    private void Look(SimulatedNode node, Action then)
    {
        var name = Name;
        var wasFrozen = !may && toDo.Count == 0 && generation > 0;
        Read(node, new RangeOperation(KeyRange.Single(Key)), ending =>
        {
            if (wasFrozen && name == Name && ending.Result is RangeResult found)
            {
                var value = found.KeyValues.IsEmpty ? "none" : Encoding.UTF8.GetString(found.KeyValues[0].Value.Span);
                frozen ??= value;
                if (frozen != value)
                    violated($"A3: {Name} holds {value}, and held {frozen} when nobody might write it any more (on {node.Label} at {Now})");
            }

            then();
        });
    }
}
