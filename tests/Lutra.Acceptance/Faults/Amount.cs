using System.Globalization;

namespace Lutra.Acceptance.Faults;

/// <summary>How much of a fault a test makes: a little by itself, as much as an environment variable says by hand (docs/testing.md).</summary>
internal static class Amount
{
    /// <summary>What every choice of a test is drawn from; drawn itself where LUTRA_FAULT_SEED does not say it. Real processes do not repeat themselves; the choices do.</summary>
    public static int Seed { get; } = Of("LUTRA_FAULT_SEED", Random.Shared.Next(1_000_000));

    public static int Of(string variable, int byItself) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var wanted) ? wanted : byItself;
}
