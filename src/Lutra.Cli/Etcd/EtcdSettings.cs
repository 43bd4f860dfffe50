using Lutra.Cli.Settings;

namespace Lutra.Cli.Etcd;

/// <summary>What etcd's options come to in those of <c>lutra serve</c>, each with where a person wrote it.</summary>
internal sealed class EtcdSettings(List<string> errors)
{
    /// <summary>By the names of <c>lutra serve</c>.</summary>
    public Dictionary<string, Setting> Options { get; } = new(StringComparer.Ordinal);

    /// <summary>By etcd's names.</summary>
    public Dictionary<string, Setting> Urls { get; } = new(StringComparer.Ordinal);

    public void Set(string option, Setting given) => Options[option] = given;

    public void Refuse(string fault) => errors.Add(fault);
}
