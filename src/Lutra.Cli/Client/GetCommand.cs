using System.CommandLine;
using System.Text;
using Lutra.Cli.Output;

namespace Lutra.Cli.Client;

internal sealed class GetCommand : ClientCommand
{
    private readonly Argument<string> key = new("key") { Description = "The key" };
    private readonly Option<long> revision = new("--revision") { Description = "Read the store as of this revision" };
    private readonly Option<bool> local = new("--local") { Description = "Answer from the node asked, without asking the leader; may be old" };

    private GetCommand()
        : base("get", "Reads a key: its value on standard output")
    {
        Add(key);
        Add(revision);
        Add(local);
    }

    public static Command Create() => new GetCommand();

    protected override async Task<ExitCode> RunAsync(ILutraClient client, ParseResult parsed, Answer answer, CancellationToken cancellationToken)
    {
        var range = new RangeOperation(
            KeyRange.Single(Encoding.UTF8.GetBytes(parsed.GetRequiredValue(key))), Revision: new Revision(parsed.GetValue(revision)));
        var options = new ReadOptions(parsed.GetValue(local) ? Consistency.Local : Consistency.Linearizable);
        var found = await client.RangeAsync(range, options, cancellationToken);
        if (found.KeyValues.IsEmpty)
        {
            Failure.Write("Key not found");
            return ExitCode.NotFound;
        }

        if (answer.IsJson)
            Answer.Json(Answer.Json(found.KeyValues[0]));
        else
            Answer.Raw(found.KeyValues[0].Value.Span);
        return ExitCode.Ok;
    }
}
