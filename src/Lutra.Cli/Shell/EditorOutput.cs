using Lutra.Cli.Shell.Editing;

namespace Lutra.Cli.Shell;

/// <summary>Answers above the line that is being typed.</summary>
internal sealed class EditorOutput(LineEditor editor) : IShellOutput
{
    private readonly bool hasColour = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    public void Say(string line) => editor.Show(line);

    /// <summary>Up to the first colon in red, unless the user wants no colours.</summary>
    public void Complain(string line)
    {
        var end = line.IndexOf(':', StringComparison.Ordinal) + 1;
        editor.Show(hasColour ? $"\e[31m{line[..end]}\e[0m{line[end..]}" : line);
    }
}
