using Lutra.Cli.Shell.Editing;

namespace Lutra.Cli.Tests.Shell;

public sealed class LineEditorTests
{
    private static readonly string[] Words = ["get", "getall", "put"];

    [Fact]
    public void What_is_typed_is_the_line() => Assert.Equal("put name otter", Read(Keys.Text("put name otter\n")));

    [Fact]
    public void The_cursor_moves_and_text_is_put_in_where_it_is() =>
        Assert.Equal("put name", Read([.. Keys.Text("t name"), Keys.Of(ConsoleKey.Home), .. Keys.Text("pu\n")]));

    [Fact]
    public void Backspace_takes_what_a_person_sees_as_one_character() =>
        Assert.Equal("get a", Read([.. Keys.Text("get a👩‍👩‍👧e\u0301"), Keys.Of(ConsoleKey.Backspace), Keys.Of(ConsoleKey.Backspace), Keys.Enter]));

    [Theory]
    [InlineData('U', "")]
    [InlineData('W', "get old ")]
    [InlineData('K', "get old name")]
    public void Control_keys_delete(char letter, string left) => Assert.Equal(left, Read([.. Keys.Text("get old name"), Keys.Control(letter), Keys.Enter]));

    [Fact]
    public void The_arrows_go_through_the_history_and_back_to_the_draft()
    {
        var history = new History(null);
        history.Add("first");
        history.Add("second");
        ConsoleKeyInfo up = Keys.Of(ConsoleKey.UpArrow), down = Keys.Of(ConsoleKey.DownArrow);
        Assert.Equal("first", Read([.. Keys.Text("draft"), up, up, up, Keys.Enter], history));
        Assert.Equal("draft", Read([.. Keys.Text("draft"), up, up, down, down, Keys.Enter], history));
    }

    [Fact]
    public void Tab_completes_the_only_word_with_a_blank_behind_it() => Assert.Equal("put x", Read(Keys.Text("pu\tx\n")));

    [Fact]
    public void Tab_goes_as_far_as_the_words_agree_and_then_shows_them()
    {
        var terminal = new ScriptedTerminal(40, Keys.Text("g\t\t\n"));
        Assert.Equal("get", Editor(terminal, new History(null)).ReadLine("> "));
        Assert.Equal(["get     getall", "> get"], terminal.Screen.Take(2));
    }

    [Fact]
    public void Control_C_gives_the_line_up_and_control_D_on_an_empty_one_ends_the_input()
    {
        Assert.Equal("", Read([.. Keys.Text("put a"), Keys.Control('C')]));
        Assert.Null(Read([Keys.Control('D')]));
        Assert.Equal("ac", Read([.. Keys.Text("abc"), Keys.Of(ConsoleKey.LeftArrow), Keys.Of(ConsoleKey.LeftArrow), Keys.Control('D'), Keys.Enter]));
    }

    [Fact]
    public void A_line_longer_than_the_terminal_goes_on_in_the_next_row_and_can_be_edited()
    {
        var terminal = new ScriptedTerminal(10, [.. Keys.Text("put name otters"), Keys.Of(ConsoleKey.Home), Keys.Of(ConsoleKey.Delete), .. Keys.Text("P\n")]);
        Assert.Equal("Put name otters", Editor(terminal, new History(null)).ReadLine("> "));
        Assert.Equal(["> Put name", " otters"], terminal.Screen.Take(2));
    }

    [Fact]
    public void A_paste_is_text_and_each_of_its_lines_a_command_but_the_last_which_can_be_edited()
    {
        var terminal = new ScriptedTerminal(40, [.. Keys.Text("g"), .. Keys.Paste("et a\nput b 'x\ty\u0003'\rget"), .. Keys.Text(" c\n")]);
        var history = new History(null);
        var editor = Editor(terminal, history);
        Assert.Equal(("get a", "put b 'x\ty'", "get c"), (editor.ReadLine("> "), editor.ReadLine("> "), editor.ReadLine("> ")));
        Assert.Equal(["> get a", "> put b 'x·y'", "> get c"], terminal.Screen.Take(3));
        Assert.Equal("get a", history.Lines[0]);
    }

    [Fact]
    public void What_was_stopped_does_not_go_on_with_the_lines_that_were_pasted_behind_it()
    {
        var editor = Editor(new ScriptedTerminal(40, [.. Keys.Paste("first\nsecond\nthird\n"), .. Keys.Text("typed\n")]), new History(null));
        Assert.Equal("first", editor.ReadLine("> "));
        editor.DropPaste();
        Assert.Equal("typed", editor.ReadLine("> "));
    }

    [Fact]
    public void An_escape_that_begins_no_paste_is_nothing_and_what_follows_is_typed() =>
        Assert.Equal("[20x", Read([Keys.Escape, .. Keys.Text("[20x\n")]));

    [Fact]
    public void A_paste_of_a_great_text_is_taken_up_to_the_length_of_a_line()
    {
        var line = Read([.. Keys.Paste(new string('x', LineBuffer.LengthMax + 10)), Keys.Enter]);
        Assert.Equal(LineBuffer.LengthMax, line!.Length);
    }

    [Fact]
    public void A_terminal_that_lost_its_picture_gets_it_again()
    {
        var terminal = new ScriptedTerminal(40, Keys.Text("get a\nput"));
        var editor = Editor(terminal, new History(null));
        editor.ReadLine("> ");
        editor.Show("a = 1");
        terminal.Write("ghosts");
        editor.Repaint();
        Assert.Equal(["> get a", "a = 1"], terminal.Screen.Take(2));
        Assert.DoesNotContain(terminal.Screen, row => row.Contains("ghosts", StringComparison.Ordinal));
    }

    [Fact]
    public void What_others_say_appears_above_the_line()
    {
        LineEditor? editor = null;
        var terminal = new ScriptedTerminal(40, Keys.Text("put \tname\n"));
        editor = new LineEditor(terminal, new History(null), _ =>
        {
            editor!.Show("name changed");
            return Completion.None;
        });
        Assert.Equal("put name", editor.ReadLine("> "));
        Assert.Equal(["name changed", "> put name"], terminal.Screen.Take(2));
    }

    [Fact]
    public void A_history_is_bounded_kept_in_its_file_and_skips_repeats_and_data()
    {
        var folder = Directory.CreateTempSubdirectory("lutra-history-").FullName;
        try
        {
            var path = Path.Combine(folder, "inner", "history");
            var history = new History(path);
            for (var number = 0; number < History.LinesMax + 5; number++)
                history.Add($"get {number}");
            history.Add($"get {History.LinesMax + 4}");
            history.Add(new string('x', History.LineLengthMax + 1));
            var read = new History(path);
            Assert.Equal(History.LinesMax, read.Lines.Count);
            Assert.Equal(("get 5", $"get {History.LinesMax + 4}"), (read.Lines[0], read.Lines[^1]));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string? Read(IEnumerable<ConsoleKeyInfo> keys, History? history = null) =>
        Editor(new ScriptedTerminal(80, keys), history ?? new History(null)).ReadLine("> ");

    private static LineEditor Editor(IShellTerminal terminal, History history) => new(terminal, history, line =>
    {
        var start = line.LastIndexOf(' ') + 1;
        return new Completion(start, [.. Words.Where(word => word.StartsWith(line[start..], StringComparison.Ordinal))]);
    });
}
