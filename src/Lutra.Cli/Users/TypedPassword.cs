using System.Text;
using Lutra.Client;

namespace Lutra.Cli.Users;

/// <summary>A password that somebody types, unseen, or that is piped in as a line.</summary>
internal static class TypedPassword
{
    /// <summary>Reads <c>name:password</c>; a password that is left out is asked for.</summary>
    /// <param name="prompt">Goes before the name.</param>
    public static (string Name, string Password) Of(string text, string prompt)
    {
        var (name, password) = ClientCredentials.Parse(text);
        if (name.Length == 0)
            throw new LutraException(LutraError.InvalidArgument, $"'{text}' names no user: write name:password.");
        return (name, password is null ? Read($"{prompt} {name}: ") : Checked(password));
    }

    private static string Read(string prompt)
    {
        if (Console.IsInputRedirected)
            return Checked(Console.In.ReadLine());
        Console.Error.Write(prompt);
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace && typed.Length > 0)
                typed.Length--;
            else if (!char.IsControl(key.KeyChar))
                typed.Append(key.KeyChar);
        }

        Console.Error.WriteLine();
        return Checked(typed.ToString());
    }

    private static string Checked(string? password) => password is { Length: > 0 } given
        ? given
        : throw new LutraException(LutraError.InvalidArgument, "The password is missing: give it behind the name (name:password), type it when asked, or pipe it in as a line.");
}
