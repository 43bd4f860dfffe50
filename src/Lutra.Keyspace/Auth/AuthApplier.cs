using System.Collections.Immutable;
using System.Globalization;
using Lutra.Storage.Tables;

namespace Lutra.Keyspace.Auth;

/// <summary>
/// What commands do to users and roles: each by etcd's rules, in memory and in the tables. Whether the caller may was asked before. What changes something makes
/// the auth revision one more; what was so already changes nothing.
/// </summary>
internal sealed class AuthApplier(TableStore tables)
{
    private readonly ByteWriter value = new();
    private ulong index;

    public AuthState State { get; private set; } = AuthState.Initial;

    public List<AuthEvent> Events { get; } = [];

    /// <summary>The tables hold this state.</summary>
    public void Begin(AuthState state) => State = state;

    public Outcome Apply(AuthCommand command, Revision revision, ulong entryIndex)
    {
        index = entryIndex;
        var before = State;
        if (command is GrantTokenCommand grant)
            return GrantToken(grant, revision);
        var refusal = command switch
        {
            EnableAuthCommand => Enable(),
            DisableAuthCommand => Disable(),
            AddUserCommand add => AddUser(add),
            DeleteUserCommand delete => DeleteUser(delete.Name),
            SetPasswordCommand set => SetPassword(set),
            GrantRoleCommand grantRole => GrantRole(grantRole),
            RevokeRoleCommand revoke => RevokeRole(revoke),
            AddRoleCommand add => AddRole(add.Name),
            DeleteRoleCommand delete => DeleteRole(delete.Name),
            GrantPermissionCommand grantPermission => GrantPermission(grantPermission),
            RevokePermissionCommand revoke => RevokePermission(revoke),
            _ => throw new InvalidOperationException($"No rule for {command.GetType().Name}."),
        };
        if (refusal is not null)
            return new Outcome(null, refusal);
        if (!ReferenceEquals(before, State))
        {
            Marks.UsersOrRolesChanged.Hit();
            value.Clear();
            AuthRecords.WriteSum(value, State.IsEnabled, State.Revision);
            tables.Put(TableKeys.Auth, index, value.Written);
        }

        return new Outcome(new AuthChangeResult(revision), null);
    }

    private Refusal? Enable()
    {
        if (State.IsEnabled)
            return null;
        if (!State.Users.TryGetValue(AuthState.Root, out var root))
            return new Refusal(LutraError.RootUserMissing, "There is no user root: add it, and grant it the role root.");
        if (!root.IsRoot)
            return new Refusal(LutraError.RootRoleMissing, "The user root does not have the role root: grant it.");
        State = new AuthState(true, State.Revision, State.Users, State.Roles);
        return null;
    }

    private Refusal? Disable()
    {
        if (!State.IsEnabled)
            return null;
        State = new AuthState(false, State.Revision + 1, State.Users, State.Roles);
        Events.Add(new AllTokensVoid());
        return null;
    }

    private Refusal? AddUser(AddUserCommand command)
    {
        if (State.Users.ContainsKey(command.Name))
            return new Refusal(LutraError.UserExists, $"There is a user {command.Name} already.");
        if (State.Users.Count >= KeyspaceLimits.UsersMax)
            return new Refusal(LutraError.Overloaded, $"There are {State.Users.Count} users, and no more than {KeyspaceLimits.UsersMax} may be.");
        Put(new UserAccount(command.Name, command.PasswordHash, command.NoPassword, []));
        return null;
    }

    private Refusal? DeleteUser(string name)
    {
        if (State.IsEnabled && name == AuthState.Root)
            return Locked("While users are asked for, the user root stays.");
        if (!State.Users.ContainsKey(name))
            return NoUser(name);
        tables.Put(AuthRecords.KeyOf(TableKeys.Users, name), index, AuthRecords.GoneRecord);
        State = State.With(State.Users.Remove(name));
        Events.Add(new TokensOfUserVoid(name));
        return null;
    }

    private Refusal? SetPassword(SetPasswordCommand command)
    {
        if (!State.Users.TryGetValue(command.Name, out var user))
            return NoUser(command.Name);

        // A user without password stays one.
        Put(user with { PasswordHash = user.NoPassword ? "" : command.PasswordHash });
        Events.Add(new TokensOfUserVoid(command.Name));
        return null;
    }

    // The role root need not have been added: who has it may do everything, whatever it is granted.
    private Refusal? GrantRole(GrantRoleCommand command)
    {
        if (!State.Users.TryGetValue(command.User, out var user))
            return NoUser(command.User);
        if (command.Role != AuthState.Root && !State.Roles.ContainsKey(command.Role))
            return NoRole(command.Role);
        var place = user.Roles.BinarySearch(command.Role, NameOrder.Instance);
        if (place >= 0)
            return null;
        if (user.Roles.Length >= KeyspaceLimits.RolesOfUserMax)
            return new Refusal(LutraError.TooLarge, $"A user has at most {KeyspaceLimits.RolesOfUserMax} roles.");
        Put(user with { Roles = user.Roles.Insert(~place, command.Role) });
        return null;
    }

    private Refusal? RevokeRole(RevokeRoleCommand command)
    {
        if (State.IsEnabled && command is { User: AuthState.Root, Role: AuthState.Root })
            return Locked("While users are asked for, the user root keeps the role root.");
        if (!State.Users.TryGetValue(command.User, out var user))
            return NoUser(command.User);
        if (!user.Has(command.Role))
            return new Refusal(LutraError.RoleNotGranted, $"The user {command.User} does not have the role {command.Role}.");
        Put(user with { Roles = user.Roles.Remove(command.Role) });
        return null;
    }

    private Refusal? AddRole(string name)
    {
        if (State.Roles.ContainsKey(name))
            return new Refusal(LutraError.RoleExists, $"There is a role {name} already.");
        if (State.Roles.Count >= KeyspaceLimits.RolesMax)
            return new Refusal(LutraError.Overloaded, $"There are {State.Roles.Count} roles, and no more than {KeyspaceLimits.RolesMax} may be.");
        Put(new RoleAccount(name, []));
        return null;
    }

    private Refusal? DeleteRole(string name)
    {
        if (State.IsEnabled && name == AuthState.Root)
            return Locked("While users are asked for, the role root stays.");
        if (!State.Roles.ContainsKey(name))
            return NoRole(name);
        var users = State.Users.ToBuilder();
        foreach (var user in State.Users.Values)
        {
            if (!user.Has(name))
                continue;
            var without = user with { Roles = user.Roles.Remove(name) };
            users[user.Name] = without;
            Write(without);
        }

        tables.Put(AuthRecords.KeyOf(TableKeys.Roles, name), index, AuthRecords.GoneRecord);
        State = new AuthState(State.IsEnabled, State.Revision + 1, users.ToImmutable(), State.Roles.Remove(name));
        return null;
    }

    private Refusal? GrantPermission(GrantPermissionCommand command)
    {
        if (!State.Roles.TryGetValue(command.Role, out var role))
            return NoRole(command.Role);
        var place = PlaceOf(role.Permissions, command.Permission.Range, out var isThere);
        if (isThere && role.Permissions[place].Kind == command.Permission.Kind)
            return null;
        if (!isThere && role.Permissions.Length >= KeyspaceLimits.PermissionsOfRoleMax)
            return new Refusal(LutraError.TooLarge, $"A role has at most {KeyspaceLimits.PermissionsOfRoleMax} permissions.");
        // The entry's bytes do not last.
        var own = new Permission(command.Permission.Kind, AuthRecords.Copy(command.Permission.Range));
        Put(role with { Permissions = isThere ? role.Permissions.SetItem(place, own) : role.Permissions.Insert(place, own) });
        return null;
    }

    private Refusal? RevokePermission(RevokePermissionCommand command)
    {
        if (!State.Roles.TryGetValue(command.Role, out var role))
            return NoRole(command.Role);
        var place = PlaceOf(role.Permissions, command.Range, out var isThere);
        if (!isThere)
            return new Refusal(LutraError.PermissionNotGranted, $"The role {command.Role} has no permission for exactly this range.");
        Put(role with { Permissions = role.Permissions.RemoveAt(place) });
        return null;
    }

    private Outcome GrantToken(GrantTokenCommand command, Revision revision)
    {
        if (!State.IsEnabled)
            return Outcome.Refused(LutraError.AuthNotEnabled, "Users are not asked for: nobody needs to log in.");
        if (command.AuthRevision != State.Revision)
        {
            Marks.TokenOfAnOldPassword.Hit();
            return Outcome.Refused(LutraError.AuthRevisionOld, "Users or roles were changed since the password was seen to be right.");
        }
        if (!State.Users.ContainsKey(command.User))
            return new Outcome(null, NoUser(command.User));
        var token = string.Create(CultureInfo.InvariantCulture, $"{command.Draw}.{index}");
        Events.Add(new TokenGranted(command.User, token));
        return new Outcome(new GrantTokenResult(revision, token), null);
    }

    private void Put(UserAccount user)
    {
        Write(user);
        State = State.With(State.Users.SetItem(user.Name, user));
    }

    private void Write(UserAccount user)
    {
        value.Clear();
        AuthRecords.Write(value, user);
        tables.Put(AuthRecords.KeyOf(TableKeys.Users, user.Name), index, value.Written);
    }

    private void Put(RoleAccount role)
    {
        value.Clear();
        AuthRecords.Write(value, role);
        tables.Put(AuthRecords.KeyOf(TableKeys.Roles, role.Name), index, value.Written);
        State = State.With(State.Roles.SetItem(role.Name, role));
    }

    private static int PlaceOf(ImmutableArray<Permission> permissions, KeyRange range, out bool isThere)
    {
        var place = 0;
        while (place < permissions.Length && AuthRules.Compare(permissions[place].Range, range) < 0)
            place++;
        isThere = place < permissions.Length && AuthRules.Compare(permissions[place].Range, range) == 0;
        return place;
    }

    private static Refusal NoUser(string name) => new(LutraError.UserNotFound, $"There is no user {name}.");

    private static Refusal NoRole(string name) => new(LutraError.RoleNotFound, $"There is no role {name}.");

    private static Refusal Locked(string message) => new(LutraError.AuthChangeRefused, message);
}
