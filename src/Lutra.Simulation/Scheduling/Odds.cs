namespace Lutra.Simulation.Scheduling;

/// <summary>Draws that the simulator often needs.</summary>
internal static class Odds
{
    public static bool Chance(this Random random, double probability) => random.NextDouble() < probability;

    /// <summary>Between the two, each order of magnitude as likely as the next.</summary>
    public static double LogUniform(this Random random, double least, double most) => least * Math.Pow(most / least, random.NextDouble());

    /// <summary>Between the two, each order of magnitude as likely as the next.</summary>
    public static TimeSpan LogUniform(this Random random, TimeSpan least, TimeSpan most) =>
        TimeSpan.FromMilliseconds(random.LogUniform(least.TotalMilliseconds, most.TotalMilliseconds));

    public static T OneOf<T>(this Random random, IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];
}
