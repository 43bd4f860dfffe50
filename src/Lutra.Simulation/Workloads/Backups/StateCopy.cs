using Lutra.Keyspace;
using Lutra.Keyspace.Alarms;
using Lutra.Keyspace.Auth;
using Lutra.Simulation.Runs;

namespace Lutra.Simulation.Workloads.Backups;

/// <summary>What readers of a state can see of it, but for its past.</summary>
/// <param name="Keys">A fingerprint of all keys with all that belongs to them.</param>
/// <param name="Leases">The leases, each with what it was granted for and the keys that hang on it.</param>
internal sealed record StateCopy(long Revision, long KeyCount, ulong Keys, string Leases, AuthState Auth, AlarmState Alarms)
{
    private const int KeysAtOnce = 200;

    /// <summary>The same, as a file.</summary>
    public byte[] Snapshot { get; init; } = [];

    public string TakenOf { get; init; } = "";

    public static StateCopy Of(KeyspaceView view)
    {
        var print = new Fingerprint();
        var count = 0L;
        for (var range = KeyRange.All; ;)
        {
            var page = view.Range(new RangeOperation(range, KeysAtOnce));
            foreach (var pair in page.KeyValues)
            {
                print.Add(pair.Key.Span);
                print.Add(pair.Value.Span);
                print.Add((ulong)pair.CreateRevision.Value);
                print.Add((ulong)pair.ModRevision.Value);
                print.Add((ulong)pair.Version);
                print.Add((ulong)pair.Lease);
            }

            count += page.KeyValues.Length;
            if (!page.More)
                return new StateCopy(view.Revision.Value, count, print.Value, LeasesOf(view), view.Auth, view.Alarms);
            range = range with { From = (byte[])[.. page.KeyValues[^1].Key.Span, 0] };
        }
    }

    private static string LeasesOf(KeyspaceView view) => string.Join("; ", view.Leases(0, int.MaxValue).Select(lease =>
        $"{lease.Lease} for {lease.TtlSeconds} s: {string.Join(' ', view.KeysOfLease(lease.Lease).Select(Convert.ToHexString))}"));

    /// <summary>In what <paramref name="other"/>, which began with this and jumped ahead, differs from it; null: in nothing.</summary>
    public string? DifferenceTo(StateCopy other, long revisionJump)
    {
        if (other.Revision != Revision + revisionJump)
            return $"it begins at revision {other.Revision}, {revisionJump} after {Revision}";
        if (other.KeyCount != KeyCount || other.Keys != Keys)
            return $"its {other.KeyCount} keys are not the {KeyCount} of the snapshot";
        if (other.Leases != Leases)
            return $"its leases are {other.Leases}, and those of the snapshot {Leases}";
        if (!other.Alarms.All.SequenceEqual(Alarms.All))
            return $"its alarms are {string.Join(", ", other.Alarms.All)} and not {string.Join(", ", Alarms.All)}";
        var isSame = other.Auth.IsEnabled == Auth.IsEnabled && other.Auth.Revision == Auth.Revision
            && other.Auth.Users.Values.Select(Describe).SequenceEqual(Auth.Users.Values.Select(Describe))
            && other.Auth.Roles.Values.Select(Describe).SequenceEqual(Auth.Roles.Values.Select(Describe));
        return isSame ? null : "its users and roles are others";
    }

    private static string Describe(UserAccount user) => $"{user.Name} {user.PasswordHash} {user.NoPassword} {string.Join(',', user.Roles)}";

    private static string Describe(RoleAccount role) => $"{role.Name} {string.Join(',', role.Permissions.Select(Describe))}";

    private static string Describe(Permission permission) =>
        $"{permission.Kind} {Convert.ToHexString(permission.Range.From.Span)} {(permission.Range.End is { } end ? Convert.ToHexString(end.Span) : "-")}";
}
