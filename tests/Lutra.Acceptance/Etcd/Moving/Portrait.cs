using System.Text;
using System.Text.Json;

namespace Lutra.Acceptance.Etcd.Moving;

/// <summary>All that etcdctl can see of a store, as text: two stores with the same portrait are the same to their clients.</summary>
internal static class Portrait
{
    /// <summary>Keys with all their numbers, the store's revision, leases with their keys, and users and roles where asked for.</summary>
    public static async Task<string> OfAsync(Etcdctl etcdctl, bool withUsers = false)
    {
        var all = await etcdctl.JsonAsync("get", "", "--prefix");
        var text = new StringBuilder().AppendLine($"revision {all.GetProperty("header").GetProperty("revision")}");
        if (all.TryGetProperty("kvs", out var found))
        {
            foreach (var key in found.EnumerateArray())
                text.AppendLine(key.GetRawText());
        }
        await AddLeasesAsync(etcdctl, text);
        if (withUsers)
            await AddUsersAsync(etcdctl, text);
        return text.ToString();
    }

    /// <summary>etcd's own hash of the history up to each of these revisions.</summary>
    public static async Task<string> HashesAsync(Etcdctl etcdctl, long from, long upTo)
    {
        var text = new StringBuilder();
        for (var revision = from; revision <= upTo; revision++)
        {
            var hash = JsonDocument.Parse(await etcdctl.PrintAsync("endpoint", "hashkv", $"--rev={revision}", "-w", "json")).RootElement[0].GetProperty("HashKV");
            text.AppendLine($"{revision}: {hash.GetProperty("hash")} compacted at {hash.GetProperty("compact_revision")}");
        }
        return text.ToString();
    }

    private static async Task AddLeasesAsync(Etcdctl etcdctl, StringBuilder text)
    {
        var list = await etcdctl.PrintAsync("lease", "list");
        foreach (var lease in list.Split('\n').Skip(1).Order(StringComparer.Ordinal))
        {
            var status = await etcdctl.JsonAsync("lease", "timetolive", lease, "--keys");
            var keys = status.TryGetProperty("keys", out var attached) && attached.ValueKind == JsonValueKind.Array
                ? string.Join(',', attached.EnumerateArray().Select(key => key.GetString()).Order(StringComparer.Ordinal)) : "";
            text.AppendLine($"lease {lease} of {status.GetProperty("granted-ttl")} s: {keys}");
        }
    }

    private static async Task AddUsersAsync(Etcdctl etcdctl, StringBuilder text)
    {
        foreach (var (what, verb) in ((string, string)[])[("user", "user"), ("role", "role")])
        {
            // What the role root may do etcd says since 3.5.
            foreach (var name in (await etcdctl.PrintAsync(verb, "list")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(name => (verb, name) != ("role", "root")))
                text.AppendLine($"{what} {name}: {await etcdctl.PrintAsync(verb, "get", name)}");
        }
    }
}
