using System.Globalization;
using System.Text;
using Lutra.Client;
using Lutra.Simulation.Checking;

namespace Lutra.Acceptance.Faults.Histories;

/// <summary>Puts, gets, deletes and compare-and-sets of keys that others use, too.</summary>
internal sealed class RegisterCaller(IReadOnlyList<LutraClient> nodes, int number, int seed, RegisterBook book) : Caller(nodes, number, seed)
{
    private int written;
    private string? lastSeen;

    /// <summary>Reads a register through one node, into its history.</summary>
    public Task ReadAsync(LutraClient node, int register) => DoAsync(node, register, new RegisterOperation(RegisterCall.Get));

    protected override Task ActAsync(LutraClient node) => DoAsync(node, book.Draw(Random), Random.Next(8) switch
    {
        0 or 1 => new(RegisterCall.Put, NewValue()),
        2 => new(RegisterCall.Delete),
        3 or 4 => new(RegisterCall.CompareAndSet, NewValue(), Random.Next(4) == 0 ? null : lastSeen),
        _ => new(RegisterCall.Get),
    });

    private string NewValue() => string.Create(CultureInfo.InvariantCulture, $"{Number}.{++written}");

    private async Task DoAsync(LutraClient node, int register, RegisterOperation asked)
    {
        var invoked = Now;
        var isUnknown = false;
        var answer = await AskAsync(() => CallAsync(node, RegisterBook.KeyOf(register), asked), () => isUnknown = true);

        // A read of which nobody heard, and whatever was certainly not done, says nothing.
        if (isUnknown && asked.Call != RegisterCall.Get)
            book.Record(register, new TimedOperation<RegisterOperation>(Number, invoked, TimedOperation<RegisterOperation>.Never, asked));
        else if (answer is not null)
            book.Record(register, new TimedOperation<RegisterOperation>(Number, invoked, Now, Answered(asked, answer)));
    }

    private static async ValueTask<OperationResult> CallAsync(LutraClient node, string register, RegisterOperation asked)
    {
        var key = KeyRange.Single(Encoding.UTF8.GetBytes(register));
        switch (asked.Call)
        {
            case RegisterCall.Get:
                return await node.RangeAsync(new RangeOperation(key));
            case RegisterCall.Delete:
                return await node.DeleteAsync(new DeleteOperation(key));
            case RegisterCall.Put:
                return await node.PutAsync(new PutOperation(key.From, Encoding.UTF8.GetBytes(asked.Value!)));
            default:
                var compare = asked.Expected is { } expected
                    ? new Compare(key, CompareTarget.Value, CompareResult.Equal, Value: Encoding.UTF8.GetBytes(expected))
                    : new Compare(key, CompareTarget.CreateRevision, CompareResult.Equal);
                return await node.TransactAsync(new TransactionOperation([compare], [new PutOperation(key.From, Encoding.UTF8.GetBytes(asked.Value!))], []));
        }
    }

    private RegisterOperation Answered(RegisterOperation asked, OperationResult answer) => answer switch
    {
        RangeResult found => asked with { Value = lastSeen = found.KeyValues.IsEmpty ? null : Encoding.UTF8.GetString(found.KeyValues[0].Value.Span) },
        DeleteResult deleted => asked with { Succeeded = deleted.Deleted > 0 },
        TransactionResult transaction => asked with { Succeeded = transaction.Succeeded },
        _ => asked,
    };
}
