using System.Text;
using System.Text.RegularExpressions;

namespace Lutra.Simulation.Tests.Pitfalls;

/// <summary>
/// Holds the names of all tests against the list of pitfalls, and the table in docs/testing.md against both. LUTRA_REWRITE=1 writes that table anew.
/// </summary>
public sealed partial class PitfallTableTests
{
    private const string Begin = "<!-- pitfalls -->";
    private const string End = "<!-- end of pitfalls -->";
    private const int NamedMax = 3;

    private static readonly string root = Root();
    private static readonly Pitfall[] pitfalls = [.. ReadList()];
    private static readonly NamedTest[] tests = [.. ReadTests()];

    [Fact]
    public void Every_pitfall_has_a_test_or_a_reason_why_it_has_none()
    {
        Assert.Equal(111, pitfalls.Select(pitfall => pitfall.Id).Distinct().Count());
        Assert.Equal([], pitfalls.Where(pitfall => pitfall.Reason is null && !tests.Any(test => test.Ids.Contains(pitfall.Id))).Select(pitfall => pitfall.Id));
    }

    [Fact]
    public void No_test_claims_a_pitfall_that_is_not_on_the_list() =>
        Assert.Equal([], tests.SelectMany(test => test.Ids.Except(pitfalls.Select(pitfall => pitfall.Id)).Select(id => $"{id}: {test}")));

    [Fact]
    public void The_table_in_the_documents_is_what_the_tests_say()
    {
        var path = Path.Combine(root, "docs", "testing.md");
        var text = File.ReadAllText(path);
        var (from, to) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        Assert.True(from >= 0 && to > from, $"docs/testing.md has no place for the table, between {Begin} and {End}.");
        var wanted = $"{text[..from]}{Begin}\n\n{Table()}\n{text[to..]}";
        if (Environment.GetEnvironmentVariable("LUTRA_REWRITE") == "1")
            File.WriteAllText(path, wanted);
        else
            Assert.True(wanted == text, "The table of pitfalls in docs/testing.md is old. LUTRA_REWRITE=1 dotnet test tests/Lutra.Simulation.Tests --filter FullyQualifiedName~Pitfalls writes it anew.");
    }

    private static string Table()
    {
        var table = new StringBuilder("| id | the rule, in short | tests |\n| --- | --- | --- |\n");
        foreach (var pitfall in pitfalls)
        {
            var mine = tests.Where(test => test.Ids.Contains(pitfall.Id)).ToArray();
            var named = mine.Length == 0 ? $"none: {pitfall.Reason}" : string.Join(", ", mine.Take(NamedMax).Select(test => $"`{test}`"));
            table.Append("| ").Append(pitfall.Id).Append(" | ").Append(pitfall.Rule).Append(" | ").Append(named);
            if (mine.Length > NamedMax)
                table.Append(" and ").Append(mine.Length - NamedMax).Append(" more");
            table.Append(" |\n");
        }

        return table.ToString();
    }

    private static IEnumerable<Pitfall> ReadList()
    {
        foreach (var line in File.ReadLines(Path.Combine(root, "tests", "pitfalls.txt")).Where(line => !line.StartsWith('#')))
        {
            var columns = line.Split('\t');
            yield return new Pitfall(columns[0], columns[1], columns.Length > 2 ? columns[2] : null);
        }
    }

    // The text of the tests: no project can refer to all the others.
    private static IEnumerable<NamedTest> ReadTests()
    {
        var found = new List<NamedTest>();
        var separator = Path.DirectorySeparatorChar;
        foreach (var path in Directory.EnumerateFiles(Path.Combine(root, "tests"), "*.cs", SearchOption.AllDirectories))
        {
            if (path.Contains($"{separator}obj{separator}", StringComparison.Ordinal) || path.Contains($"{separator}bin{separator}", StringComparison.Ordinal))
                continue;
            foreach (Match match in Method().Matches(File.ReadAllText(path)))
            {
                var name = match.Groups[1].Value;
                var ids = name.Split('_').TakeWhile(word => Id().IsMatch(word)).Where(word => !Other().IsMatch(word)).ToArray();
                if (ids.Length > 0)
                    found.Add(new NamedTest(Path.GetFileNameWithoutExtension(path), name, ids));
            }
        }

        return found.OrderBy(test => test.ToString(), StringComparer.Ordinal);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "CONTRIBUTING.md")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests do not lie in the repository.");
        return folder.FullName;
    }

    [GeneratedRegex(@"\[(?:Fact|Theory)[^\r\n]*\r?\n(?:\s*\[[^\r\n]*\r?\n)*\s*public (?:async )?(?:void|Task) (\w+)\(")]
    private static partial Regex Method();

    // Letter and two figures: a pitfall. Others count the specification's own lists.
    [GeneratedRegex(@"^(?:[A-Z]\d\d?|RP\d+|Row)$")]
    private static partial Regex Id();

    [GeneratedRegex(@"^(?:[IPW]\d\d?|[A-Z]\d|RP\d+|Row)$")]
    private static partial Regex Other();

    private sealed record Pitfall(string Id, string Rule, string? Reason);

    private sealed record NamedTest(string Class, string Name, string[] Ids)
    {
        public override string ToString() => $"{Class}.{Name}";
    }
}
