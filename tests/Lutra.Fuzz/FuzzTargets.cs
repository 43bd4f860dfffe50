using Lutra.Fuzz.Targets;

namespace Lutra.Fuzz;

/// <summary>Every parser of bytes from outside. A new one is a class and a line here.</summary>
internal static class FuzzTargets
{
    private static readonly Func<FuzzTarget>[] all =
    [
        () => new PeerStreamTarget(),
        () => new PeerFrameTarget(),
        () => new UpgradeTarget(),
        () => new FormationTarget(),
        () => new TransferTarget(),
        () => new CommandTarget(),
        () => new ApplyTarget(),
        () => new RecordTarget(),
        () => new ConfigurationTarget(),
        () => new IdentityTarget(),
        () => new IdentityFileTarget(),
        () => new LogTarget(),
        () => new TableTarget(),
        () => new ManifestTarget(),
        () => new SnapshotTarget(),
        () => new EtcdSnapshotTarget(),
        () => new RestTarget(),
        () => new EtcdRequestTarget(),
        () => new GatewayTarget(),
        () => new CredentialsTarget(),
        () => new EtcdSettingsTarget(),
        () => new AuthRecordTarget(),
        () => new ClientTarget(),
        () => new SettingsTarget(),
        () => new TextTarget(),
        () => new ImportTarget(),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. all.Select(create => create().Name)];

    public static FuzzTarget Open(string name) => all[Names.ToList().IndexOf(name)]();

    /// <summary>What each target gets of <paramref name="inputs"/>.</summary>
    public static long CountFor(FuzzTarget target, long inputs) => Math.Max(1, inputs * target.Share / all.Sum(create => create().Share));
}
