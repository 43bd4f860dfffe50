using System.Diagnostics;
using Lutra.Cli.Scripts;

namespace Lutra.Cli.Tests;

public sealed class CompletionTests
{
    [Theory]
    [InlineData("sn", "snapshot")]
    [InlineData("snapshot ", "inspect restore save")]
    [InlineData("member add --pro", "--promotion")]
    [InlineData("member add --promotion ", "automatic manual")]
    [InlineData("get a -o j", "json")]
    [InlineData("completion p", "powershell")]
    [InlineData("get name", "")]
    [InlineData("--nothing", "")]
    public void Commands_options_and_their_values_are_completed(string typed, string expected)
    {
        var found = CompletionCommand.Words(CommandLine.Root(), typed.Split(' '));
        Assert.Equal(expected, string.Join(' ', found));
    }

    [Theory]
    [InlineData("bash", "-n")]
    [InlineData("zsh", "-n")]
    [InlineData("fish", "--no-execute")]
    public void The_script_is_one_for_its_shell(string shell, string check)
    {
        var start = new ProcessStartInfo(shell) { RedirectStandardInput = true, RedirectStandardError = true };
        start.ArgumentList.Add(check);
        try
        {
            using var run = Process.Start(start)!;
            run.StandardInput.Write(CompletionCommand.ScriptFor(shell));
            run.StandardInput.Close();
            Assert.Equal("", run.StandardError.ReadToEnd());
            run.WaitForExit();
            Assert.Equal(0, run.ExitCode);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip($"There is no {shell} here.");
        }
    }

    [Fact]
    public void Bash_gets_what_lutra_answers()
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardInput = true, RedirectStandardOutput = true };
        try
        {
            using var run = Process.Start(start)!;
            run.StandardInput.Write(
                $"{CompletionCommand.ScriptFor("bash")}\nlutra() {{ echo \"snapshot\"; echo \"status\"; }}\nCOMP_WORDS=(lutra sn)\nCOMP_CWORD=1\n_lutra\necho \"${{COMPREPLY[@]}}\"\n");
            run.StandardInput.Close();
            Assert.Equal("snapshot", run.StandardOutput.ReadToEnd().Trim());
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("There is no bash here.");
        }
    }
}
