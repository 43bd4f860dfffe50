using System.Globalization;
using System.Text;
using Lutra.Keyspace.Auth;
using Lutra.Keyspace.Commands;
using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Workloads.Permissions;

/// <summary>
/// A user with a key of its own, who may use it now and may not then, by name, by token, or by a token that is over. What an administrator took away and was told
/// is taken away counts from then on, through whichever node, whatever that node has heard of it: nothing is written (A1) or read (A5), not by a token that ended
/// (A4), and not by a write from before that comes late (A3). What was granted counts as well (A2).
/// </summary>
/// <param name="book">Whether users are asked for at all.</param>
internal sealed class PermissionClient(WorkloadSetting setting, int number, PermissionBook book, Action<string> violated)
    : SequentialClient(setting, $"permission client {number}"), IWorkloadClient
{
    // Nobody hashes a password in a simulated world: what counts is that a change of it ends the user's tokens.
    private const string Hash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
    private const string TokenLetters = "abcdefghijklmnopqrstuvwxyz";

    private readonly Queue<AuthCommand> toDo = new();
    private int generation;
    private bool may;
    private bool isGone;
    private (int Epoch, string Value)? frozen;
    private string? token;
    private bool isTokenOver;
    private long written;

    /// <summary>So many writes of users were done, and so many refused for want of rights.</summary>
    public (int Done, int Denied) Writes { get; private set; }

    /// <summary>So many writes came with a token, and so many with one that was over.</summary>
    public (int Good, int Over) Tokens { get; private set; }

    public static string NameOf(int number, int generation) => string.Create(CultureInfo.InvariantCulture, $"permission/{number}/{generation}");

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
                if (ending.IsUnknown)
                    BeginAnew();
                else if (ending.IsDone || ending.Error is LutraError.UserExists or LutraError.RoleExists or LutraError.PermissionNotGranted)
                    toDo.TryDequeue(out _);
                Again();
            });
            return;
        }

        switch (Random.Next(12))
        {
            case 0:
                Change(node, new GrantPermissionCommand(Name, Right), () => (may, frozen) = (!isGone, null));
                break;
            case 1 when Random.Next(2) == 0:
                Change(node, new RevokePermissionCommand(Name, Right.Range), () => may = false);
                break;
            case 1:
                Change(node, new RevokeRoleCommand(Name, Name), () =>
                {
                    may = false;
                    toDo.Enqueue(new RevokePermissionCommand(Name, Right.Range));
                    toDo.Enqueue(new GrantRoleCommand(Name, Name));
                });
                break;
            case 2:
                ChangeUser(node);
                break;
            case 3:
                Look(node, Again);
                break;
            case < 6:
                Get(node);
                break;
            default:
                Put(node);
                break;
        }
    }

    private string Name => NameOf(number, generation);

    private byte[] Key => Encoding.UTF8.GetBytes(Name);

    private Permission Right => new(PermissionKind.ReadWrite, KeyRange.Single(Key));

    private void BeginAnew()
    {
        generation++;
        (may, isGone, frozen, token, isTokenOver) = (false, false, null, null, false);
        toDo.Clear();
        AuthCommand[] first = [new AddUserCommand("root", Hash, false), new GrantRoleCommand("root", "root")];
        AuthCommand[] own = [new AddUserCommand(Name, Hash, false), new AddRoleCommand(Name), new GrantRoleCommand(Name, Name)];
        foreach (var command in first.Concat(own))
            toDo.Enqueue(command);
    }

    // What may still be done some time is left to itself: another user goes on.
    private void Change(SimulatedNode node, AuthCommand change, Action done) => Write(node, change, ending =>
    {
        if (ending.IsUnknown)
            BeginAnew();
        else if (ending.IsDone)
            done();
        Again();
    });

    private void ChangeUser(SimulatedNode node)
    {
        if (isGone)
        {
            BeginAnew();
            Again();
        }
        else if (token is null)
            LogIn(node);
        else if (Random.Next(3) == 0)
            Change(node, new DeleteUserCommand(Name), () => (may, isGone, isTokenOver) = (false, true, true));
        else
            Change(node, new SetPasswordCommand(Name, Hash), () => isTokenOver = true);
    }

    // As a node does it once it has seen the password.
    private void LogIn(SimulatedNode node)
    {
        var seen = node.Loop!.Replica?.Keyspace.Auth.Revision ?? 1;
        var draw = string.Create(12, Random, static (letters, random) => random.GetItems(TokenLetters, letters));
        Write(node, new GrantTokenCommand(Name, draw, seen), ending =>
        {
            if (ending.Result is GrantTokenResult granted)
                (token, isTokenOver) = (granted.Token, false);
            Again();
        });
    }

    private void Put(SimulatedNode node)
    {
        var (caller, isOver) = Show(node);
        var asked = book.Now;
        var put = new PutOperation(Key, Encoding.UTF8.GetBytes((++written).ToString(CultureInfo.InvariantCulture)));
        Write(node, new WriteCommand(put), ending =>
        {
            Judge(ending, asked, isOver, "wrote");
            Writes = (Writes.Done + (ending.IsDone ? 1 : 0), Writes.Denied + (ending.Error == LutraError.Denied ? 1 : 0));
            Again();
        }, caller: caller);
    }

    private void Get(SimulatedNode node)
    {
        var (caller, isOver) = Show(node);
        var asked = book.Now;
        Read(node, new RangeOperation(KeyRange.Single(Key)), ending =>
        {
            Judge(ending, asked, isOver, "read");
            Again();
        }, caller);
    }

    private void Judge(Ending ending, PermissionBook.Moment asked, bool isOver, string did)
    {
        if (!book.AreUsersAskedForSince(asked))
            return;
        if (ending.IsDone && !may)
            violated($"{(did == "wrote" ? "A1" : "A5")}: {Name} {did} what it may not use (at {Now})");
        else if (ending.IsDone && isOver)
            violated($"A4: {Name} {did} by a token that was over (at {Now})");
        else if (ending.Error == LutraError.Denied && may && !isOver)
            violated($"A2: {Name} was not let use what it may use (at {Now})");
    }

    // By the token, where the node takes it; else as of now, as far as this node knows, or as if it had been proved later than anything.
    private (Caller Caller, bool IsOver) Show(SimulatedNode node)
    {
        var replica = node.Loop!.Replica;
        var known = replica?.Keyspace.Auth.Revision ?? 1;
        if (token is not null && replica?.Tokens.Use(token) is { } user)
        {
            Tokens = (Tokens.Good + (isTokenOver ? 0 : 1), Tokens.Over + (isTokenOver ? 1 : 0));
            return (Caller.User(user, known), isTokenOver);
        }

        if (isTokenOver && Random.Next(8) == 0)
            token = null;
        return (Caller.User(Name, Random.Next(2) == 0 ? known : ulong.MaxValue), false);
    }

    private void Look(SimulatedNode node, Action then)
    {
        var name = Name;
        var asked = book.Now;
        var isFrozen = !may && toDo.Count == 0 && generation > 0;
        Read(node, new RangeOperation(KeyRange.Single(Key)), ending =>
        {
            if (isFrozen && name == Name && book.AreUsersAskedForSince(asked) && ending.Result is RangeResult found)
            {
                var value = found.KeyValues.IsEmpty ? "none" : Encoding.UTF8.GetString(found.KeyValues[0].Value.Span);
                if (frozen?.Epoch != asked.Epoch)
                    frozen = (asked.Epoch, value);
                else if (frozen.Value.Value != value)
                    violated($"A3: {Name} holds {value}, and held {frozen.Value.Value} when nobody might write it any more (on {node.Label} at {Now})");
            }

            then();
        });
    }
}
