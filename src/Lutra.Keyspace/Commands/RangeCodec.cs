namespace Lutra.Keyspace.Commands;

/// <summary>
/// A read of a range: u16 flags (which numbers follow, and the switches), u8 sort target, the range, then the numbers that are not 0 in the
/// order of their flags.
/// </summary>
internal static class RangeCodec
{
    [Flags]
    private enum Flags : ushort
    {
        End = 1,
        Limit = 2,
        Revision = 4,
        MinModRevision = 8,
        MaxModRevision = 16,
        MinCreateRevision = 32,
        MaxCreateRevision = 64,
        Descending = 128,
        KeysOnly = 256,
        CountOnly = 512,
        All = 1023,
    }

    public static void Write(ByteWriter target, RangeOperation range)
    {
        var flags = (range.Range.IsSingleKey ? 0 : Flags.End)
            | Present(range.Limit, Flags.Limit)
            | Present(range.Revision.Value, Flags.Revision)
            | Present(range.MinModRevision.Value, Flags.MinModRevision)
            | Present(range.MaxModRevision.Value, Flags.MaxModRevision)
            | Present(range.MinCreateRevision.Value, Flags.MinCreateRevision)
            | Present(range.MaxCreateRevision.Value, Flags.MaxCreateRevision)
            | (range.Descending ? Flags.Descending : 0) | (range.KeysOnly ? Flags.KeysOnly : 0) | (range.CountOnly ? Flags.CountOnly : 0);
        target.UInt16((ushort)flags);
        target.Byte((byte)range.Sort);
        OperationCodec.WriteRange(target, range.Range);
        WriteNumber(target, range.Limit);
        WriteNumber(target, range.Revision.Value);
        WriteNumber(target, range.MinModRevision.Value);
        WriteNumber(target, range.MaxModRevision.Value);
        WriteNumber(target, range.MinCreateRevision.Value);
        WriteNumber(target, range.MaxCreateRevision.Value);
    }

    public static RangeOperation Read(ref ByteReader source)
    {
        var flags = (Flags)source.UInt16();
        if (flags > Flags.All)
            throw new FormatException($"flags {(ushort)flags:x4} are not known");
        var sort = (SortTarget)source.Byte();
        if (sort > SortTarget.Value)
            throw new FormatException($"sort target {(byte)sort} is not known");
        var range = OperationCodec.ReadRange(ref source, flags.HasFlag(Flags.End));
        return new RangeOperation(
            range,
            ReadNumber(ref source, flags, Flags.Limit),
            new Revision(ReadNumber(ref source, flags, Flags.Revision)),
            sort,
            flags.HasFlag(Flags.Descending),
            flags.HasFlag(Flags.KeysOnly),
            flags.HasFlag(Flags.CountOnly),
            new Revision(ReadNumber(ref source, flags, Flags.MinModRevision)),
            new Revision(ReadNumber(ref source, flags, Flags.MaxModRevision)),
            new Revision(ReadNumber(ref source, flags, Flags.MinCreateRevision)),
            new Revision(ReadNumber(ref source, flags, Flags.MaxCreateRevision)));
    }

    private static Flags Present(long number, Flags flag) => number == 0 ? 0 : flag;

    private static void WriteNumber(ByteWriter target, long number)
    {
        if (number != 0)
            target.Varint(number);
    }

    private static long ReadNumber(ref ByteReader source, Flags flags, Flags flag)
    {
        if (!flags.HasFlag(flag))
            return 0;
        var number = source.VarintSigned();
        return number != 0 ? number : throw new FormatException($"{flag} is announced and missing");
    }
}
