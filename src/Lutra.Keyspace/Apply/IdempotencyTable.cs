using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Lutra.Keyspace.Commands;
using Lutra.Storage.Tables;

namespace Lutra.Keyspace;

/// <summary>
/// Idempotency keys with a hash of their request and its outcome, in the tables. A key counts for
/// <see cref="KeyspaceLimits.IdempotencyMillis"/> of the log's time or until <see cref="KeyspaceLimits.IdempotencyKeysMax"/> later ones
/// came, whichever is first: decided by what the log holds, so alike on every node.
/// </summary>
internal sealed class IdempotencyTable(TableStore tables)
{
    private readonly ByteWriter key = new();
    private readonly ByteWriter value = new();
    private readonly ByteWriter outcomeBytes = new();

    public IdempotencyRecord? Find(string idempotencyKey, in StateRecord state)
    {
        if (!tables.TryGet(TableKey(idempotencyKey), ulong.MaxValue, out _, out var bytes))
            return null;
        var record = IdempotencyRecord.Read(bytes);
        return record.IsForgotten(state) ? null : record;
    }

    public void Put(string idempotencyKey, UInt128 requestHash, in Outcome outcome, ref StateRecord state, ulong index)
    {
        state = state with { IdempotencyNumber = state.IdempotencyNumber + 1 };
        outcomeBytes.Clear();
        OutcomeCodec.Write(outcomeBytes, outcome);
        value.Clear();
        IdempotencyRecord.Write(value, state.IdempotencyNumber, state.TimeMillis, requestHash, outcomeBytes.Written);
        tables.Put(TableKey(idempotencyKey), index, value.Written);
    }

    /// <summary>
    /// The same for the same request, whoever proposed it and when: of the command's kind and its own bytes, which have one spelling.
    /// </summary>
    public static UInt128 HashOf(in DecodedCommand command)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([command.Kind]);
        hash.AppendData(command.Body.Span);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return BinaryPrimitives.ReadUInt128LittleEndian(digest);
    }

    private ReadOnlySpan<byte> TableKey(string idempotencyKey)
    {
        Span<byte> text = stackalloc byte[WriteOptions.IdempotencyKeyBytesMax];
        key.Clear();
        key.Byte(TableKeys.Idempotency);
        key.Raw(text[..Encoding.UTF8.GetBytes(idempotencyKey, text)]);
        return key.Written;
    }
}
