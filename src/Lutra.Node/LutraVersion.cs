using System.Reflection;

namespace Lutra;

/// <summary>The version of this build.</summary>
public static class LutraVersion
{
    public static string Text { get; } =
        typeof(LutraVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";
}
