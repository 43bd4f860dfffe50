using Lutra.Cli.Shell.Editing;

namespace Lutra.Cli.Shell;

/// <summary>Answers above the line that is being typed.</summary>
internal sealed class EditorOutput(LineEditor editor) : IShellOutput
{
    public void Say(string line) => editor.Show(line);

    public void Complain(string message) => editor.Show($"\e[31mError:\e[0m {message}");
}
