using System.CommandLine;
using System.CommandLine.Completions;
using Lutra.Cli.Output;

namespace Lutra.Cli.Scripts;

/// <summary>Writes a script for the user's shell that completes commands and options of lutra. What there is to complete, lutra is asked as it is typed.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # lutra completion for bash. To use it: source <(lutra completion bash)
        _lutra() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(lutra complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _lutra lutra ./lutra
        """;

    private const string Zsh = """
        #compdef lutra
        # lutra completion for zsh. To use it: source <(lutra completion zsh)
        _lutra() {
            local -a found
            found=(${(f)"$(lutra complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)"})
            if (( $#found )); then compadd -a found; else _files; fi
        }
        compdef _lutra lutra
        """;

    private const string Fish = """
        # lutra completion for fish. To use it: lutra completion fish | source
        function __lutra_words
            set -l found (lutra complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)
            if test (count $found) -gt 0
                printf '%s\n' $found
            else
                __fish_complete_path (commandline -ct)
            end
        end
        complete -c lutra -f -a '(__lutra_words)'
        """;

    private const string PowerShell = """
        # lutra completion for PowerShell. To use it: lutra completion powershell | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName lutra -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
            if ($wordToComplete -eq '') { $words += '""' }
            lutra complete '--' @words 2>$null | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
        }
        """;

    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh, fish or powershell" };
        shell.CompletionSources.Add("bash", "zsh", "fish", "powershell");
        var command = new Command("completion", "Writes a script that completes lutra's commands in bash, zsh, fish or PowerShell") { shell };
        command.SetAction(parsed =>
        {
            var script = ScriptFor(parsed.GetRequiredValue(shell));
            if (script is null)
            {
                Failure.Write($"There is no completion for \"{parsed.GetRequiredValue(shell)}\": say bash, zsh, fish or powershell.");
                return (int)ExitCode.Usage;
            }

            Console.Out.WriteLine(script);
            return (int)ExitCode.Ok;
        });
        return command;
    }

    /// <summary>Null: there is none for this shell.</summary>
    internal static string? ScriptFor(string shell) => shell.ToLowerInvariant() switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        "fish" => Fish,
        "powershell" or "pwsh" => PowerShell,
        _ => null,
    };

    /// <summary>What the scripts ask: the words so far, the last of them unfinished.</summary>
    /// <param name="root">Every command there is; asked when it runs.</param>
    public static Command CreateComplete(Func<Command> root)
    {
        var words = new Argument<string[]>("words");
        var command = new Command("complete", "Completes a command line") { words };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            foreach (var each in Words(root(), parsed.GetValue(words) ?? []))
                Console.Out.WriteLine(each);
            return (int)ExitCode.Ok;
        });
        return command;
    }

    internal static IEnumerable<string> Words(Command root, IReadOnlyList<string> typed)
    {
        var command = root;
        foreach (var word in typed.SkipLast(1))
            command = command.Subcommands.FirstOrDefault(each => each.Name == word || each.Aliases.Contains(word)) ?? command;
        var last = typed.Count == 0 ? "" : typed[^1].Trim('"');
        return Candidates(command, typed.Count > 1 ? typed[^2] : "", last).Where(each => each.StartsWith(last, StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal);
    }

    /// <summary>Behind an option with a value what that may be; behind a dash the options; else the commands, and what the arguments may be.</summary>
    private static IEnumerable<string> Candidates(Command command, string before, string last)
    {
        if (command.Options.FirstOrDefault(each => each.Name == before || each.Aliases.Contains(before)) is { } option && option.ValueType != typeof(bool))
            return Values(option.GetCompletions(CompletionContext.Empty));
        if (last.StartsWith('-'))
            return command.Options.Where(each => !each.Hidden).Select(each => each.Name);
        return command.Subcommands.Where(each => !each.Hidden).Select(each => each.Name)
            .Concat(command.Arguments.SelectMany(each => Values(each.GetCompletions(CompletionContext.Empty))));
    }

    // The names of an enumeration are written small where they are typed.
    private static IEnumerable<string> Values(IEnumerable<CompletionItem> items) => items.Select(each => each.Label.ToLowerInvariant());
}
