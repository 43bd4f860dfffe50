using System.Reflection;
using System.Text.RegularExpressions;
using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance.Seeds;

/// <summary>docs/seeds.md says of each row where it works and which test shows it: it must stay true.</summary>
public sealed partial class TableTests
{
    private static readonly int[] RowsOfEach = [29, 25, 15, 10, 12];

    private readonly string table = File.ReadAllText(Path.Combine(Repository.Root(), "docs", "seeds.md"));

    [Fact]
    public void Every_test_that_the_table_names_is_there()
    {
        var tests = Assembly.GetExecutingAssembly().GetTypes().SelectMany(type => type.GetMethods()).Where(method => method.GetCustomAttribute<FactAttribute>() is not null)
            .Select(method => method.Name).ToArray();
        var named = RowTest().Matches(table).Select(found => found.Groups[1].Value).Where(name => name != "Row_").Distinct().ToArray();
        Assert.True(named.Length > 30);
        Assert.All(named, name => Assert.Contains(tests, test => test.StartsWith(name, StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_row_is_in_the_table()
    {
        var rows = new SortedSet<(int Seed, int Row)>();
        foreach (var first in FirstCell().Matches(table).Select(found => found.Groups[1].Value))
        {
            foreach (var part in first.Split(", "))
            {
                var ends = part.Split('-').Select(each => each.Split('.').Select(int.Parse).ToArray()).ToArray();
                for (var row = ends[0][1]; row <= ends[^1][1]; row++)
                    rows.Add((ends[0][0], row));
            }
        }

        Assert.Equal(RowsOfEach.SelectMany((count, seed) => Enumerable.Range(1, count).Select(row => (seed, row))), rows);
    }

    [GeneratedRegex("`(Row_[A-Za-z0-9_]*)…?`")]
    private static partial Regex RowTest();

    [GeneratedRegex(@"^\| ([0-9][-0-9., ]*) \|", RegexOptions.Multiline)]
    private static partial Regex FirstCell();
}
