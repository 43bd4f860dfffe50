using System.Globalization;
using System.Text;
using Lutra.Keyspace.Auth;
using Lutra.Keyspace.Commands;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Recording;

namespace Lutra.Simulation.Workloads.Permissions;

/// <summary>
/// A user with a key of its own, who may use it now and may not then, by name, by token, or by a token that is over. What an administrator took away and was told
/// is taken away counts from then on, through whichever node, whatever that node has heard of it: nothing is written (A1) or read (A5), not by a token that ended
/// (A4), and not by a write from before that comes late (A3). What was granted counts as well (A2), and nothing beyond it (A6).
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
    private UserStanding user = new(book, new Permission(PermissionKind.ReadWrite, KeyRange.Single(ReadOnlyMemory<byte>.Empty)));
    private (int Epoch, string Value)? frozen;
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

        switch (Random.Next(14))
        {
            case 0 when !user.HasRole:
                Change(node, new GrantRoleCommand(Name, Name), () => (user.HasRole, frozen) = (true, null));
                break;
            case 0:
                Change(node, new GrantPermissionCommand(Name, user.Right), () => (user.HasRight, frozen) = (true, null));
                break;
            case 1:
                TakeAway(node);
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
            case < 8:
                GoBeyond(node);
                break;
            default:
                Put(node);
                break;
        }
    }

    private string Name => NameOf(number, generation);

    private byte[] Key => Encoding.UTF8.GetBytes(Name);

    private void BeginAnew()
    {
        generation++;
        frozen = null;
        // To its key alone, or to all that begins with it and a slash, too.
        user = new UserStanding(book, new Permission(
            Random.Next(2) == 0 ? PermissionKind.ReadWrite : Random.Next(2) == 0 ? PermissionKind.Read : PermissionKind.Write,
            Random.Next(2) == 0 ? KeyRange.Single(Key) : new KeyRange(Key, (byte[])[.. Key, (byte)'0'])));
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

    private void TakeAway(SimulatedNode node)
    {
        switch (Random.Next(3))
        {
            case 0 when user.HasRight:
                Change(node, new RevokePermissionCommand(Name, user.Right.Range), () => user.HasRight = false);
                break;
            case 1 when user is { HasRole: true, IsGone: false }:
                Change(node, new RevokeRoleCommand(Name, Name), () => user.HasRole = false);
                break;
            default:
                // Another role of that name is not the user's.
                Change(node, new DeleteRoleCommand(Name), () =>
                {
                    (user.HasRole, user.HasRight) = (false, false);
                    toDo.Enqueue(new AddRoleCommand(Name));
                });
                break;
        }
    }

    private void ChangeUser(SimulatedNode node)
    {
        if (user.IsGone && Random.Next(2) == 0)
        {
            BeginAnew();
            Again();
        }
        else if (user.IsGone)
            Change(node, new AddUserCommand(Name, Hash, false), user.AddedAgain);
        else if (user.Token is null)
            LogIn(node);
        else if (Random.Next(3) == 0)
            Change(node, new DeleteUserCommand(Name), user.Deleted);
        else
            SetPassword(node);
    }

    private void SetPassword(SimulatedNode node)
    {
        var before = KnownBy(node);
        Change(node, new SetPasswordCommand(Name, Hash), () => user.PasswordChanged(before));
    }

    private static ulong KnownBy(SimulatedNode node) => node.Loop?.Replica?.Keyspace.Auth.Revision ?? 1;

    // As a node does it once it has seen the password; or has seen the one before.
    private void LogIn(SimulatedNode node)
    {
        var isOld = user.OldProof is not null && Random.Next(3) == 0;
        var seen = isOld ? user.OldProof!.Value : KnownBy(node);
        var draw = string.Create(12, Random, static (letters, random) => random.GetItems(TokenLetters, letters));
        Write(node, new GrantTokenCommand(Name, draw, seen), ending =>
        {
            if (ending.Result is GrantTokenResult granted)
            {
                if (isOld)
                    violated($"A4: {Name} got a token for a password that had been changed (at {Now})");
                user.LoggedIn(granted.Token);
            }

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
            Judge(ending, asked, isOver, user.MayWrite, "A1", "wrote");
            Writes = (Writes.Done + (ending.IsDone ? 1 : 0), Writes.Denied + (ending.Error == LutraError.Denied ? 1 : 0));
            Again();
        }, caller: caller);
    }

    private void Get(SimulatedNode node)
    {
        var (caller, isOver) = Show(node);
        var asked = book.Now;
        Read(node, new RangeOperation(Random.Next(2) == 0 ? user.Right.Range : KeyRange.Single(Key)), ending =>
        {
            Judge(ending, asked, isOver, user.MayRead, "A5", "read");
            Again();
        }, caller);
    }

    private void GoBeyond(SimulatedNode node)
    {
        var (caller, _) = Show(node);
        var asked = book.Now;
        var beyond = Trespass.Draw(Random, Key);
        void Judged(Ending ending)
        {
            if (ending.IsDone && book.AreUsersAskedForSince(asked))
                violated($"A6: {Name} did through node {node.Label} what it may not: {OperationText.Of(beyond)} (at {Now})");
            Again();
        }

        if (Random.Next(4) == 0)
            Read(node, new RangeOperation(Trespass.Beyond(Key)), Judged, caller);
        else
            Write(node, new WriteCommand(beyond), Judged, caller: caller);
    }

    private void Judge(Ending ending, PermissionBook.Moment asked, bool isOver, bool may, string promise, string did)
    {
        if (!book.AreUsersAskedForSince(asked))
            return;
        if (ending.IsDone && !may)
            violated($"{promise}: {Name} {did} what it may not use (at {Now})");
        else if (ending.IsDone && isOver)
            violated($"A4: {Name} {did} by a token that was over (at {Now})");
        else if (ending.Error == LutraError.Denied && may && !isOver)
            violated($"A2: {Name} was not let use what it may use (at {Now})");
    }

    // By the token, where the node takes it; else as of now, as far as this node knows, or as if it had been proved later than anything.
    private (Caller Caller, bool IsOver) Show(SimulatedNode node)
    {
        var replica = node.Loop!.Replica;
        var known = KnownBy(node);
        if (user.DrawToken(Random) is { } token && replica?.Tokens.Use(token.Text) is { } name)
        {
            Tokens = (Tokens.Good + (token.IsOver ? 0 : 1), Tokens.Over + (token.IsOver ? 1 : 0));
            return (Caller.User(name, known), token.IsOver);
        }

        if (user.IsTokenOver && Random.Next(8) == 0)
            user.ForgetToken();
        return (Caller.User(Name, Random.Next(2) == 0 ? known : ulong.MaxValue), false);
    }

    private void Look(SimulatedNode node, Action then)
    {
        var name = Name;
        var asked = book.Now;
        var isFrozen = !user.MayWrite && toDo.Count == 0 && generation > 0;
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
