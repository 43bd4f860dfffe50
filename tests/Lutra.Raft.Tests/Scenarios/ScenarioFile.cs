using System.Runtime.CompilerServices;
using System.Text;

namespace Lutra.Raft.Tests.Scenarios;

/// <summary>
/// A scenario as text: comments that tell the story, commands, <c>---</c>, and the trace that the commands leave, up to an empty line.
/// A command in parentheses leaves no trace.
/// </summary>
internal sealed class ScenarioFile(string path)
{
    public static string Folder([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;

    /// <summary>Paths below the folder of scenarios, in order.</summary>
    public static IReadOnlyList<string> All() =>
        [.. Directory.EnumerateFiles(Folder(), "*.txt", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Folder(), file)).Order(StringComparer.Ordinal)];

    /// <summary>What the file holds.</summary>
    public string Written { get; } = File.ReadAllText(path).ReplaceLineEndings("\n");

    /// <summary>What the file should hold: its comments and commands, with the traces that they leave now.</summary>
    public string Played()
    {
        var text = new StringBuilder();
        var runner = new ScenarioRunner();
        List<string> commands = [];
        var inTrace = false;
        var number = 0;
        foreach (var line in Written.Split('\n'))
        {
            number++;
            if (inTrace)
            {
                inTrace = line.Length > 0;
            }
            else if (line == "---")
            {
                text.Append(line).Append('\n').Append(Play(runner, commands, number));
                commands.Clear();
                inTrace = true;
                continue;
            }

            if (!inTrace)
            {
                text.Append(line).Append('\n');
                if (line.Length > 0 && line[0] != '#')
                {
                    commands.Add(line);
                }
            }
        }

        if (commands.Count > 0)
        {
            throw new FormatException($"{path}: the last commands are not followed by ---.");
        }

        // An empty line ends a trace; the file ends with its last trace.
        return text.ToString().TrimEnd('\n') + "\n";
    }

    public void Rewrite() => File.WriteAllText(path, Played());

    private string Play(ScenarioRunner runner, IReadOnlyList<string> commands, int line)
    {
        var lines = new List<string>();
        foreach (var command in commands)
        {
            try
            {
                lines.AddRange(runner.Run(command));
            }
            catch (Exception broken) when (broken is not OutOfMemoryException)
            {
                throw new InvalidOperationException($"{path}, before line {line}, '{command}': {broken.Message}", broken);
            }
        }

        return lines.Count == 0 ? "(nothing)\n" : string.Concat(lines.Select(entry => entry + "\n"));
    }
}
