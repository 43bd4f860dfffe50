namespace Lutra.Raft.Tests.Scenarios;

public sealed class ScenarioTests
{
    public static TheoryData<string> Files => [.. ScenarioFile.All()];

    [Theory]
    [MemberData(nameof(Files))]
    public void Plays_as_written(string file)
    {
        var scenario = new ScenarioFile(Path.Combine(ScenarioFile.Folder(), file));
        if (Environment.GetEnvironmentVariable("LUTRA_REWRITE") == "1")
        {
            scenario.Rewrite();
            return;
        }

        Assert.Equal(scenario.Written, scenario.Played());
    }

    [Fact]
    public void There_are_at_least_sixty() => Assert.True(ScenarioFile.All().Count >= 60);
}
