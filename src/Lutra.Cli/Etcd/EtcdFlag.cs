using Lutra.Cli.Settings;

namespace Lutra.Cli.Etcd;

/// <summary>An option of etcd, and what it is here: one row of the table that docs/etcd.md shows. Nothing is ever passed over.</summary>
/// <param name="Name">Without dashes, as etcd writes it; <c>ETCD_</c> and the name in capitals is its variable.</param>
/// <param name="IsSwitch">True or false, and true where nothing is said.</param>
/// <param name="Here">What it does here, or what to use instead.</param>
/// <param name="Take">Takes what somebody gave; notes a fault where that cannot be.</param>
internal sealed record EtcdFlag(string Name, bool IsSwitch, string Here, Action<EtcdSettings, Setting> Take)
{
    /// <summary>It is refused whatever its value.</summary>
    public bool IsRefused { get; private init; }

    /// <summary>The same as an option of <c>lutra serve</c>.</summary>
    public static EtcdFlag As(string name, string option, string here, bool isSwitch = false) =>
        new(name, isSwitch, here, (settings, given) => settings.Set(option, given));

    /// <summary>An address; what all of them come to together is found out at the end.</summary>
    public static EtcdFlag Url(string name, string here) => new(name, false, here, (settings, given) => settings.Urls[name] = given);

    /// <summary>Lutra does it in one way: saying so is right, asking for another way is refused.</summary>
    /// <param name="instead">A sentence, for who asks for another.</param>
    public static EtcdFlag Only(string name, string[] values, string here, string instead, bool isSwitch = false) => new(name, isSwitch, here, (settings, given) =>
    {
        if (!values.Contains(given.Text, StringComparer.OrdinalIgnoreCase))
            settings.Refuse($"{given.Origin} is \"{given.Text}\", and here it can only be {string.Join(" or ", values.Select(value => $"\"{value}\""))}: {instead}");
    });

    /// <summary>A switch may still be said to be off: so it is.</summary>
    public static EtcdFlag Refused(string name, string instead, bool isSwitch = false) => new(name, isSwitch, $"refused: {instead}", (settings, given) =>
    {
        if (!isSwitch || given.Text != "false")
            settings.Refuse($"{given.Origin} has no meaning here: {instead}.");
    })
    {
        IsRefused = true,
    };
}
