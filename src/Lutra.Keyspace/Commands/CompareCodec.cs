namespace Lutra.Keyspace.Commands;

/// <summary>
/// A compare: u8 target in the low four bits and result above, u8 whether the range has an end, the range, then the number or the value.
/// </summary>
internal static class CompareCodec
{
    public static void Write(ByteWriter target, Compare compare)
    {
        target.Byte((byte)((int)compare.Target | ((int)compare.Result << 4)));
        target.Byte(compare.Range.IsSingleKey ? (byte)0 : (byte)1);
        OperationCodec.WriteRange(target, compare.Range);
        if (compare.Target == CompareTarget.Value)
            target.Bytes(compare.Value.Span);
        else
            target.Varint(compare.Number);
    }

    public static Compare Read(ref ByteReader source)
    {
        var what = source.Byte();
        var target = (CompareTarget)(what & 15);
        var result = (CompareResult)(what >> 4);
        if (target > CompareTarget.Lease || result > CompareResult.NotEqual)
            throw new FormatException($"compare {what:x2} is not known");
        var range = OperationCodec.ReadRange(ref source, OperationCodec.Known(source.Byte(), 1) == 1);
        return target == CompareTarget.Value
            ? new Compare(range, target, result, Value: source.Bytes())
            : new Compare(range, target, result, source.VarintSigned());
    }
}
