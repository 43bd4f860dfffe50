using System.CommandLine;
using System.Text;

namespace Lutra.Cli.Client;

/// <summary>How a command names more than one key.</summary>
internal sealed class RangeOptions
{
    private readonly Option<string?> prefix = new("--prefix") { Description = "Every key that starts with this" };
    private readonly Option<string?> from = new("--from") { Description = "Every key from this one on" };
    private readonly Option<string?> to = new("--to") { Description = "Up to this key, and without it" };

    public void AddTo(Command command)
    {
        command.Add(prefix);
        command.Add(from);
        command.Add(to);
    }

    public bool IsGiven(ParseResult parsed) => parsed.GetValue(prefix) is not null || parsed.GetValue(from) is not null || parsed.GetValue(to) is not null;

    /// <summary>All keys where nothing was given.</summary>
    public KeyRange Of(ParseResult parsed)
    {
        var first = parsed.GetValue(from);
        var last = parsed.GetValue(to);
        if (parsed.GetValue(prefix) is not { } start)
            return new KeyRange(Encoding.UTF8.GetBytes(first ?? ""), Encoding.UTF8.GetBytes(last ?? ""));
        if (first is not null || last is not null)
            throw new LutraException(LutraError.InvalidArgument, "--prefix names a range, and so do --from and --to: give one or the other.");
        return KeyRange.Prefix(Encoding.UTF8.GetBytes(start));
    }
}
