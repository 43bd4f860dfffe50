namespace Lutra.Node.Tests.Cluster;

/// <summary>
/// How closely a sweep looks. In the everyday run it takes every so-many-th place, to stay short; with LUTRA_SWEEP=all it takes every one.
/// </summary>
internal static class Sweep
{
    public static bool All { get; } = Environment.GetEnvironmentVariable("LUTRA_SWEEP") == "all";

    public static int Stride(int everyday) => All ? 1 : everyday;
}
