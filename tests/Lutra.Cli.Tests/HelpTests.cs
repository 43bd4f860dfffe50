using System.CommandLine;
using Lutra.Cli.Help;
using Lutra.Cli.Tests.BadInput;

namespace Lutra.Cli.Tests;

public sealed class HelpTests
{
    private static readonly RootCommand Root = CommandLine.Root();

    public static TheoryData<string> Commands => [.. CommandTree.All().Where(one => !one.Command.Hidden && one.Path.Length > 0).Select(one => one.Path)];

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_page_fits_eighty_columns_and_says_every_option_with_examples(string path)
    {
        var command = path.Split(' ').Aggregate((Command)Root, (at, name) => at.Subcommands.First(each => each.Name == name || each.Aliases.Contains(name)));
        var page = CommandPage.Lines(command, 80).ToArray();
        Assert.All(page, line => Assert.True(line.Length <= 80, line));
        var text = string.Join('\n', page);
        Assert.All(command.Options.Where(option => !option.Hidden && option is not System.CommandLine.Help.HelpOption), option => Assert.Contains($"  {option.Name}", text, StringComparison.Ordinal));
        Assert.All(command.Arguments, argument => Assert.Contains(argument.HelpName ?? argument.Name, text, StringComparison.Ordinal));
        Assert.True(HelpTopics.Of(CommandPage.PathOf(command)).Examples.Count > 0, $"HelpTopics has no example of: lutra {path}");
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_example_is_a_command_line_that_makes_sense(string path)
    {
        foreach (var example in HelpTopics.Of(path).Examples.Where(example => example.StartsWith("lutra ", StringComparison.Ordinal) && !example.EndsWith('\\')))
        {
            // Up to a comment, a pipe or a file.
            var line = example.Split("  ")[0].Split(" | ")[0].Split(" < ")[0].Split(" > ")[0];
            var parsed = Root.Parse([.. Lutra.Cli.Client.Words.Split(line)[1..]]);
            Assert.True(parsed.Errors.Count == 0, $"{example}: {string.Join(", ", parsed.Errors)}");
        }
    }

    [Theory]
    [InlineData("put", "--help")]
    [InlineData("member", "add", "-h")]
    [InlineData("help", "snapshot", "save")]
    [InlineData("--help")]
    public void Who_asks_for_help_needs_no_arguments(params string[] line) =>
        Assert.Empty(Root.Parse(line[0] == "help" ? [.. line[1..], "--help"] : line).Errors);

    [Fact]
    public void The_first_page_names_every_command_and_fits()
    {
        var page = RootPage.Lines(Root, 80).ToArray();
        Assert.All(page, line => Assert.True(line.Length <= 80, line));
        Assert.All(Root.Subcommands.Where(command => !command.Hidden), command => Assert.Contains(page, line => line.StartsWith($"  {command.Name} ", StringComparison.Ordinal)));
    }
}
