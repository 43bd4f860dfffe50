namespace Lutra.Fuzz;

/// <summary>The hunt itself can fail.</summary>
public sealed class HuntTests
{
    [Fact]
    public void An_exception_that_is_not_declared_is_found() =>
        Assert.Contains("IndexOutOfRange", Found(input => _ = input.Length > 20 ? input[1000] : input.Length), StringComparison.Ordinal);

    [Fact]
    public void Memory_beyond_four_times_the_input_is_found() =>
        Assert.Contains("allocated", Found(input => _ = new byte[input.Length > 20 ? 2 * 1024 * 1024 : 1]), StringComparison.Ordinal);

    [Fact]
    public void A_parser_that_takes_a_second_is_found()
    {
        using var never = new ManualResetEventSlim();
        Assert.Contains("longer", Found(input => never.Wait(input.Length > 30 ? 1050 : 0)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_declared_error_is_none() => Assert.Null(new Hunt(new Parser(_ => throw new FormatException()), 1).Run(0, 1000));

    [Fact]
    public void The_same_seed_gives_the_same_inputs()
    {
        List<byte[]>[] seen = [[], []];
        foreach (var list in seen)
            new Hunt(new Parser(list.Add), 3).Run(0, 50);
        Assert.Equal(seen[0], seen[1]);
        Assert.True(seen[0].Distinct(new SameBytes()).Count() > 25);
    }

    private static string Found(Action<byte[]> parse)
    {
        var finding = new Hunt(new Parser(parse), 1).Run(0, 10_000);
        Assert.NotNull(finding);
        return finding.Why;
    }

    private sealed class Parser(Action<byte[]> parse) : FuzzTarget
    {
        public override string Name => "test";

        public override byte[] Example(Random random) => new byte[16];

        public override void Parse(byte[] input) => parse(input);

        public override bool IsDeclared(Exception exception) => exception is FormatException;
    }

    private sealed class SameBytes : IEqualityComparer<byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => obj.Length;
    }
}
