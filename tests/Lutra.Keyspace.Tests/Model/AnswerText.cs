using Lutra.Keyspace.Commands;

namespace Lutra.Keyspace.Tests.Model;

/// <summary>Answers as text, so that those of the model and of the product can be compared and read.</summary>
internal static class AnswerText
{
    public const string Done = "done";

    public static string Of(AppliedEntry applied) => applied.Refusal is { } refusal ? Of(refusal) : applied.Result is { } result ? Of(result) : Done;

    public static string Of(Refusal refusal) => Of(refusal.Error);

    public static string Of(LutraError error) => $"refused: {error}";

    public static string Of(OperationResult result) => result switch
    {
        PutResult put => $"@{put.Revision} put [{Text.Of(put.Previous)}]",
        DeleteResult delete => $"@{delete.Revision} deleted {delete.Deleted} [{Text.Of(delete.Previous)}]",
        RangeResult range => $"@{range.Revision} {range.Count}{(range.More ? "+" : "")} [{Text.Of(range.KeyValues)}]",
        TransactionResult transaction => $"@{transaction.Revision} {transaction.Succeeded} ({string.Join("; ", transaction.Results.Select(Of))})",
        GrantLeaseResult grant => $"@{grant.Revision} lease {grant.Lease} for {grant.TtlSeconds}",
        RevokeLeaseResult revoke => $"@{revoke.Revision} revoked",
        CheckpointLeasesResult checkpoint => $"@{checkpoint.Revision} written down",
        CompactResult compact => $"@{compact.Revision} compacted",
        _ => throw new InvalidOperationException(),
    };
}

/// <summary>What was asked, as text: equal texts are equal requests.</summary>
internal static class RequestText
{
    public static string Of(Command command) => Convert.ToHexString(CommandCodec.Encode(default, command));
}
