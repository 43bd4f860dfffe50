using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Lutra.Keyspace.Auth;

/// <summary>
/// Users, roles, and whether users are asked for: one state, never changed, for any thread. <see cref="Initial"/> is a new store's.
/// </summary>
public sealed class AuthState
{
    /// <summary>The role that may do everything, and the user that must have it.</summary>
    public const string Root = "root";

    public static readonly AuthState Initial = new(
        false, 1, ImmutableSortedDictionary.Create<string, UserAccount>(NameOrder.Instance), ImmutableSortedDictionary.Create<string, RoleAccount>(NameOrder.Instance));

    // What a user's roles come to, found when it is first asked for: the same whoever asks.
    private readonly ConcurrentDictionary<string, (KeyRights Read, KeyRights Write)> rights = new(StringComparer.Ordinal);

    internal AuthState(
        bool isEnabled, ulong revision, ImmutableSortedDictionary<string, UserAccount> users, ImmutableSortedDictionary<string, RoleAccount> roles) =>
        (IsEnabled, Revision, Users, Roles) = (isEnabled, revision, users, roles);

    /// <summary>Whether users are asked for.</summary>
    public bool IsEnabled { get; }

    /// <summary>One more with every change of users and roles, from 1 on.</summary>
    public ulong Revision { get; }

    /// <summary>By name, in the order of their bytes.</summary>
    public ImmutableSortedDictionary<string, UserAccount> Users { get; }

    /// <summary>By name, in the order of their bytes.</summary>
    public ImmutableSortedDictionary<string, RoleAccount> Roles { get; }

    /// <summary>A state that comes from elsewhere. Throws <see cref="FormatException"/> for one that cannot be; brings lists into their order.</summary>
    public static AuthState Create(bool isEnabled, ulong revision, IEnumerable<UserAccount> users, IEnumerable<RoleAccount> roles)
    {
        var state = new AuthState(
            isEnabled,
            Math.Max(revision, 1),
            users.ToImmutableSortedDictionary(user => user.Name, user => user with { Roles = [.. user.Roles.Distinct().Order(NameOrder.Instance)] }, NameOrder.Instance),
            roles.ToImmutableSortedDictionary(role => role.Name, Ordered, NameOrder.Instance));
        foreach (var user in state.Users.Values)
        {
            if (!AuthRules.IsName(user.Name) || (user.PasswordHash.Length > 0 && !AuthRules.IsHash(user.PasswordHash))
                || user.Roles.Length > KeyspaceLimits.RolesOfUserMax || !user.Roles.All(AuthRules.IsName))
                throw new FormatException($"the user {user.Name} cannot be");
        }

        foreach (var role in state.Roles.Values)
        {
            if (!AuthRules.IsName(role.Name) || role.Permissions.Length > KeyspaceLimits.PermissionsOfRoleMax
                || role.Permissions.Any(permission => AuthRules.CheckPermission(permission) is not null))
                throw new FormatException($"the role {role.Name} cannot be");
        }

        return state.Users.Count <= KeyspaceLimits.UsersMax && state.Roles.Count <= KeyspaceLimits.RolesMax
            ? state
            : throw new FormatException($"there are {state.Users.Count} users and {state.Roles.Count} roles; the most are {KeyspaceLimits.UsersMax} and {KeyspaceLimits.RolesMax}");
    }

    /// <summary>Null where <paramref name="caller"/> is known, else why not. Where users are not asked for, everybody is.</summary>
    public Refusal? CheckUser(in Caller caller)
    {
        if (!IsEnabled || caller.Kind == CallerKind.Inside)
            return null;
        if (caller.Kind == CallerKind.Nobody)
            return new Refusal(LutraError.UserRequired, "Users are asked for, and none came with the request: log in.");
        if (caller.AuthRevision < Revision)
            return new Refusal(LutraError.AuthRevisionOld, "Users or roles were changed since this user logged in. Nothing was done: log in again.");
        return Users.ContainsKey(caller.Name!) ? null : Denied("There is no such user any more.");
    }

    /// <summary>Null where <paramref name="caller"/> may do everything, else why not.</summary>
    public Refusal? CheckRoot(in Caller caller) =>
        CheckUser(caller) ?? (MayAll(caller) ? null : Denied("Only who has the role root may do this."));

    /// <summary>Null where <paramref name="caller"/> may read every key of the range, else why not.</summary>
    public Refusal? CheckRead(in Caller caller, KeyRange range) =>
        CheckUser(caller) ?? (MayAll(caller) || RightsOf(caller.Name!).Read.Cover(range) ? null : Denied("This user may not read these keys."));

    /// <summary>Null where <paramref name="caller"/> may write every key of the range, else why not.</summary>
    public Refusal? CheckWrite(in Caller caller, KeyRange range) =>
        CheckUser(caller) ?? (MayAll(caller) || RightsOf(caller.Name!).Write.Cover(range) ? null : Denied("This user may not write these keys."));

    /// <summary>Null where <paramref name="caller"/> may look at the user <paramref name="name"/>: at itself, or as root.</summary>
    public Refusal? CheckLookAtUser(in Caller caller, string name) =>
        caller is { Kind: CallerKind.User } && caller.Name == name ? CheckUser(caller) : CheckRoot(caller);

    /// <summary>Null where <paramref name="caller"/> may look at the role <paramref name="name"/>: at one that it has, or as root.</summary>
    public Refusal? CheckLookAtRole(in Caller caller, string name) =>
        caller is { Kind: CallerKind.User } && Users.TryGetValue(caller.Name!, out var user) && user.Has(name) ? CheckUser(caller) : CheckRoot(caller);

    /// <summary>Whether a caller that <see cref="CheckUser"/> lets in needs no rights.</summary>
    internal bool MayAll(in Caller caller) => !IsEnabled || caller.Kind == CallerKind.Inside || Users[caller.Name!].IsRoot;

    internal AuthState With(ImmutableSortedDictionary<string, UserAccount> users) => new(IsEnabled, Revision + 1, users, Roles);

    internal AuthState With(ImmutableSortedDictionary<string, RoleAccount> roles) => new(IsEnabled, Revision + 1, Users, roles);

    private (KeyRights Read, KeyRights Write) RightsOf(string user) => rights.GetOrAdd(user, static (name, state) => state.MergeRights(name), this);

    private (KeyRights Read, KeyRights Write) MergeRights(string user)
    {
        var permissions = new List<Permission>();
        foreach (var name in Users[user].Roles)
        {
            if (Roles.TryGetValue(name, out var role))
                permissions.AddRange(role.Permissions);
        }

        return (
            KeyRights.Of(permissions.Where(one => one.Kind != PermissionKind.Write).Select(one => one.Range)),
            KeyRights.Of(permissions.Where(one => one.Kind != PermissionKind.Read).Select(one => one.Range)));
    }

    private static RoleAccount Ordered(RoleAccount role) => role with
    {
        Permissions = [.. role.Permissions.Order(Comparer<Permission>.Create((left, right) => AuthRules.Compare(left.Range, right.Range)))],
    };

    private static Refusal Denied(string message) => new(LutraError.Denied, message);
}
