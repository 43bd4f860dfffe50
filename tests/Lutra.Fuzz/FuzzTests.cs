namespace Lutra.Fuzz;

/// <summary>A million inputs over all parsers, and every input that ever was a finding.</summary>
public sealed class FuzzTests
{
    private const long Inputs = 1_000_000;

    private static string Found => Path.Combine(Path.GetTempPath(), "lutra-fuzz-found");

    public static TheoryData<string> Targets => [.. FuzzTargets.Names];

    [Theory]
    [MemberData(nameof(Targets))]
    public void F01_hostile_bytes_end_in_the_declared_error_soon_and_in_little_memory(string name)
    {
        var hunt = new Hunt(FuzzTargets.Open(name), seed: 1);
        using var hang = new HangWatch(() => [hunt], Found);
        var finding = hunt.Run(0, FuzzTargets.CountFor(hunt.Target, Inputs));
        Assert.True(finding is null, finding is null ? "" : $"{finding.SaveTo(Found)}: {finding}");
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void The_examples_are_taken_by_their_parsers(string name)
    {
        var target = FuzzTargets.Open(name);
        var random = new Random(5);
        var taken = 0;
        for (var times = 0; times < 100; times++)
        {
            var example = target.Example(random);

            // What is sealed already stays as it is.
            Assert.Equal(example, target.Seal([.. example]));
            try
            {
                target.Parse(example);
                taken++;
            }
            catch (Exception exception) when (target.IsDeclared(exception))
            {
                // Some examples say what shall be refused, too.
            }
        }

        Assert.True(taken >= 25, $"Only {taken} of 100 examples are taken.");
    }

    [Fact]
    public void What_was_found_once_is_tried_for_ever()
    {
        var crashers = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Crashers"), "*.bin");
        Assert.NotEmpty(crashers);
        foreach (var path in crashers)
        {
            var (name, input) = Finding.Load(path);
            var finding = new Hunt(FuzzTargets.Open(name), seed: 1).Try(input);
            Assert.True(finding is null, $"{path}: {finding}");
        }
    }
}
