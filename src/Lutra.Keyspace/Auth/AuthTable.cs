using Lutra.Storage.Tables;

namespace Lutra.Keyspace.Auth;

/// <summary>Users and roles between the tables and memory, where all of them are kept: they are few, and asked about with every request.</summary>
internal static class AuthTable
{
    public static AuthState Load(TableView tables)
    {
        if (!tables.TryGet(TableKeys.Auth, ulong.MaxValue, out _, out var sum))
            return AuthState.Initial;
        var (isEnabled, revision) = AuthRecords.ReadSum(sum);
        var users = AuthState.Initial.Users.ToBuilder();
        foreach (var (name, value) in Newest(tables, TableKeys.Users))
        {
            if (AuthRecords.ReadUser(name, value) is { } user)
                users.Add(name, user);
        }

        var roles = AuthState.Initial.Roles.ToBuilder();
        foreach (var (name, value) in Newest(tables, TableKeys.Roles))
        {
            if (AuthRecords.ReadRole(name, value) is { } role)
                roles.Add(name, role);
        }

        return new AuthState(isEnabled, revision, users.ToImmutable(), roles.ToImmutable());
    }

    /// <summary>
    /// The entries of tables that hold a state, in the order of tables' keys, for who builds tables anew: nothing for one that never changed.
    /// </summary>
    public static IEnumerable<(byte[] Key, byte[] Value)> EntriesOf(AuthState state)
    {
        if (state is { IsEnabled: false, Revision: 1, Users.Count: 0, Roles.Count: 0 })
            yield break;
        var value = new ByteWriter();
        AuthRecords.WriteSum(value, state.IsEnabled, state.Revision);
        yield return (TableKeys.Auth.ToArray(), value.Written.ToArray());
        foreach (var (name, user) in state.Users)
        {
            value.Clear();
            AuthRecords.Write(value, user);
            yield return (AuthRecords.KeyOf(TableKeys.Users, name), value.Written.ToArray());
        }

        foreach (var (name, role) in state.Roles)
        {
            value.Clear();
            AuthRecords.Write(value, role);
            yield return (AuthRecords.KeyOf(TableKeys.Roles, name), value.Written.ToArray());
        }
    }

    private static IEnumerable<(string Name, ReadOnlyMemory<byte> Value)> Newest(TableView tables, byte space)
    {
        using var cursor = tables.OpenCursor();
        byte[] last = [];
        for (var found = cursor.Seek([space], ulong.MaxValue); found && cursor.Key[0] == space; found = cursor.Next())
        {
            // Newest version first; older ones follow.
            if (cursor.Key.SequenceEqual(last))
                continue;
            last = cursor.Key.ToArray();
            yield return (AuthRecords.NameOf(last), cursor.Value.ToArray());
        }
    }
}
