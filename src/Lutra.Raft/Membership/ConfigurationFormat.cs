using System.Buffers.Binary;
using System.Text;

namespace Lutra.Raft;

/// <summary>
/// Bytes of a <see cref="Configuration"/>, little-endian, one way to write each:
/// <code>
/// u8 version (2)
/// u16 count of members, then for each, in ascending order of ids:
///     u64 member id | u64 node id, 0 where unbound | u8 role | u8 1 where it is to be promoted by itself, else 0
///     | u64 id of the member that it replaces, else 0 | text label | text peer address | text client address
/// u16 count of outgoing voters, then for each, in ascending order: u64 node id
/// </code>
/// where a text is a u16 count of bytes and as much UTF-8. Nothing follows.
/// </summary>
internal static class ConfigurationFormat
{
    public const byte Version = 2;

    /// <summary>The most members, and the most outgoing voters, of one configuration.</summary>
    public const int MembersMax = 256;

    /// <summary>The most bytes of one text.</summary>
    public const int TextBytesMax = 1024;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="ArgumentException">A text or the set of members is beyond its limit.</exception>
    public static byte[] Encode(Configuration configuration)
    {
        RequireLimit(configuration.Members.Length, MembersMax, "members");
        RequireLimit(configuration.OutgoingVoters.Count, MembersMax, "outgoing voters");
        var sizeBytes = 1 + 2 + 2 + (8 * configuration.OutgoingVoters.Count);
        foreach (var member in configuration.Members)
            sizeBytes += 8 + 8 + 1 + 1 + 8 + TextSize(member.Label) + TextSize(member.PeerAddress) + TextSize(member.ClientAddress);

        var target = new byte[sizeBytes];
        target[0] = Version;
        var rest = target.AsSpan(1);
        WriteCount(ref rest, configuration.Members.Length);
        foreach (var member in configuration.Members)
        {
            WriteNumber(ref rest, member.Id.Value);
            WriteNumber(ref rest, member.Node?.Value ?? 0);
            rest[0] = (byte)member.Role;
            rest[1] = member.AutoPromote ? (byte)1 : (byte)0;
            rest = rest[2..];
            WriteNumber(ref rest, member.Replaces?.Value ?? 0);
            WriteText(ref rest, member.Label);
            WriteText(ref rest, member.PeerAddress);
            WriteText(ref rest, member.ClientAddress);
        }

        WriteCount(ref rest, configuration.OutgoingVoters.Count);
        foreach (var node in configuration.OutgoingVoters)
            WriteNumber(ref rest, node.Value);
        return target;
    }

    /// <summary>Whether a text can be written: Unicode without stray surrogates, within the limit.</summary>
    public static bool IsText(string text)
    {
        try
        {
            return Utf8.GetByteCount(text) <= TextBytesMax;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    /// <returns>Null where the bytes break a rule; <paramref name="problem"/> then says which.</returns>
    public static Configuration? Decode(ReadOnlySpan<byte> source, out string? problem)
    {
        var reader = new Reader(source);
        var version = reader.Byte();
        if (!reader.Failed && version != Version)
        {
            problem = $"version {version} is unknown, this program reads {Version}";
            return null;
        }

        var members = ReadMembers(ref reader);
        var outgoing = ReadOutgoing(ref reader);
        if (!reader.AtEnd)
            reader.Fail("bytes follow the end");
        problem = reader.Problem ?? ConfigurationRules.Broken(members, outgoing);
        return problem is null ? new Configuration(members, outgoing) : null;
    }

    private static List<Member> ReadMembers(ref Reader reader)
    {
        var members = new List<Member>();
        var count = reader.Count();
        for (var i = 0; i < count && !reader.Failed; i++)
        {
            var id = new MemberId(reader.Number());
            var node = reader.Number();
            var role = (MemberRole)reader.Byte();
            var autoPromote = reader.Byte();
            var replaces = reader.Number();
            var label = reader.Text();
            var peerAddress = reader.Text();
            var clientAddress = reader.Text();
            if (members.Count > 0 && members[^1].Id >= id)
                reader.Fail("members are not in ascending order");
            if (autoPromote > 1)
                reader.Fail($"a flag is {autoPromote}");
            members.Add(new Member(id, node == 0 ? null : new NodeId(node), label, peerAddress, clientAddress, role)
            {
                AutoPromote = autoPromote == 1,
                Replaces = replaces == 0 ? null : new MemberId(replaces),
            });
        }

        return members;
    }

    private static List<NodeId> ReadOutgoing(ref Reader reader)
    {
        var outgoing = new List<NodeId>();
        var count = reader.Count();
        for (var i = 0; i < count && !reader.Failed; i++)
        {
            var node = new NodeId(reader.Number());
            if (outgoing.Count > 0 && outgoing[^1] >= node)
                reader.Fail("outgoing voters are not in ascending order");
            outgoing.Add(node);
        }

        return outgoing;
    }

    private static void RequireLimit(int size, int limit, string what)
    {
        if (size > limit)
            throw new ArgumentException($"{size} {what} in a configuration; the limit is {limit}.");
    }

    private static int TextSize(string text)
    {
        var sizeBytes = Utf8.GetByteCount(text);
        RequireLimit(sizeBytes, TextBytesMax, "bytes of a text");
        return 2 + sizeBytes;
    }

    private static void WriteCount(ref Span<byte> rest, int count)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(rest, (ushort)count);
        rest = rest[2..];
    }

    private static void WriteNumber(ref Span<byte> rest, ulong number)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(rest, number);
        rest = rest[8..];
    }

    private static void WriteText(ref Span<byte> rest, string text)
    {
        var sizeBytes = Utf8.GetBytes(text, rest[2..]);
        WriteCount(ref rest, sizeBytes);
        rest = rest[sizeBytes..];
    }

    /// <summary>Reads from the front until something is wrong; from then on it yields zeroes and keeps the first problem.</summary>
    private ref struct Reader(ReadOnlySpan<byte> source)
    {
        private ReadOnlySpan<byte> rest = source;

        public string? Problem { get; private set; }

        public readonly bool Failed => Problem is not null;

        public readonly bool AtEnd => rest.IsEmpty;

        public void Fail(string problem) => Problem ??= problem;

        public byte Byte() => Take(1) is [var value] ? value : (byte)0;

        public ulong Number() => Take(8) is { IsEmpty: false } bytes ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;

        public int Count()
        {
            var count = Take(2) is { IsEmpty: false } bytes ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : 0;
            if (count <= MembersMax)
                return count;
            Fail($"a count of {count} is above {MembersMax}");
            return 0;
        }

        public string Text()
        {
            var sizeBytes = Take(2) is { IsEmpty: false } size ? BinaryPrimitives.ReadUInt16LittleEndian(size) : 0;
            if (sizeBytes > TextBytesMax)
                Fail($"a text of {sizeBytes} bytes is above {TextBytesMax}");
            try
            {
                return Utf8.GetString(Take(sizeBytes));
            }
            catch (DecoderFallbackException)
            {
                Fail("a text is not UTF-8");
                return "";
            }
        }

        private ReadOnlySpan<byte> Take(int sizeBytes)
        {
            if (!Failed && rest.Length < sizeBytes)
                Fail("the bytes end too soon");
            if (Failed)
                return [];
            var taken = rest[..sizeBytes];
            rest = rest[sizeBytes..];
            return taken;
        }
    }
}
