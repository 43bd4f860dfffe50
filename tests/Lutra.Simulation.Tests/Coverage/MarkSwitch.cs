using System.Runtime.CompilerServices;
using Lutra.Simulation.Coverage;

namespace Lutra.Simulation.Tests.Coverage;

/// <summary>Production code asks once whether marks are on: before any test runs.</summary>
internal static class MarkSwitch
{
    [ModuleInitializer]
    internal static void TurnOn() => MarkCatalogue.TurnOn();
}
