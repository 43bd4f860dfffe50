using System.Globalization;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;

namespace Lutra.Acceptance.Etcd.Differential;

/// <summary>
/// What has a different number in each run: a revision that counts from the beginning of a sequence, and a lease or a member whose id the store chose. In a sequence
/// they stand as numbers that nothing else comes near.
/// </summary>
internal static partial class Places
{
    private const long Base = 1L << 50;
    private const long FirstChosenLease = 1L << 51;
    private const long FirstChosenMember = 1L << 52;
    private const long Near = 1_000_000;
    private const string PeerHost = "127.0.0.1:";

    private static readonly HashSet<string> RevisionFields =
    [
        "etcdserverpb.RangeRequest.revision", "etcdserverpb.RangeRequest.min_mod_revision", "etcdserverpb.RangeRequest.max_mod_revision",
        "etcdserverpb.RangeRequest.min_create_revision", "etcdserverpb.RangeRequest.max_create_revision", "etcdserverpb.CompactionRequest.revision",
        "etcdserverpb.HashKVRequest.revision", "etcdserverpb.Compare.create_revision", "etcdserverpb.Compare.mod_revision",
        "etcdserverpb.WatchCreateRequest.start_revision",
    ];

    /// <summary>So many revisions after the beginning of the sequence; before it where negative.</summary>
    public static long Revision(long after) => Base + after;

    public static long ChosenLease(int number) => FirstChosenLease + number;

    public static long ChosenMember(int number) => FirstChosenMember + number;

    public static bool IsChosenLease(long lease) => lease - FirstChosenLease is >= 0 and < Near;

    /// <summary>
    /// Where a member shall be that never starts: another place in each run, since etcd makes the member's id of it and of the second, and takes none again that was
    /// removed.
    /// </summary>
    public static string PeerUrl(int port) => $"http://{PeerHost}{port}";

    /// <summary>A copy that holds the numbers of one run.</summary>
    /// <param name="chosen">What the store chose, by symbol.</param>
    public static T Resolve<T>(T request, long begin, int run, IReadOnlyDictionary<long, long> chosen)
        where T : IMessage => (T)Map(
            request,
            (field, number) => RevisionFields.Contains(field) && Math.Abs(number - Base) < Near ? number - Base + begin : chosen.GetValueOrDefault(number, number),
            url => url.Replace(PeerHost, HostOf(run), StringComparison.Ordinal));

    /// <summary>Puts symbols in place of the ids that the store chose, wherever they stand.</summary>
    public static IMessage Symbols(IMessage reply, int run, IReadOnlyDictionary<long, long> chosen) => Map(
        reply,
        (_, number) => chosen.FirstOrDefault(one => one.Value == number, new(number, number)).Key,
        url => url.Replace(HostOf(run), PeerHost, StringComparison.Ordinal));

    public static long Resolve(long lease, IReadOnlyDictionary<long, long> chosen) => chosen.GetValueOrDefault(lease, lease);

    public static string Shown(IMessage request) => LongNumber().Replace(
        LongText().Replace(JsonFormatter.Default.Format(request), text => $"{text.Value[..20]}... of {text.Length} characters"),
        number => Shown(long.Parse(number.Value, CultureInfo.InvariantCulture)));

    public static string Shown(long number) =>
        Math.Abs(number - Base) < Near ? $"base{number - Base:+0;-0;+0}"
        : IsChosenLease(number) ? $"chosen#{number - FirstChosenLease}"
        : number - FirstChosenMember is >= 0 and < Near ? $"member#{number - FirstChosenMember}"
        : number.ToString(CultureInfo.InvariantCulture);

    private static string HostOf(int run) => $"127.{1 + ((run >> 16) & 127)}.{(byte)(run >> 8)}.{(byte)run}:";

    private static IMessage Map(IMessage message, Func<string, long, long> map, Func<string, string> mapUrl)
    {
        var copy = message.Descriptor.Parser.ParseFrom(message.ToByteArray());
        MapFields(copy, map, mapUrl);
        return copy;
    }

    private static void MapFields(IMessage message, Func<string, long, long> map, Func<string, string> mapUrl)
    {
        foreach (var field in message.Descriptor.Fields.InFieldNumberOrder())
        {
            var value = field.Accessor.GetValue(message);
            if (field.ContainingOneof is { } oneof && oneof.Accessor.GetCaseFieldDescriptor(message) != field)
                continue;
            if (field is { FieldType: FieldType.Int64, IsRepeated: false })
            {
                if (map(field.FullName, (long)value) is var mapped && mapped != (long)value)
                    field.Accessor.SetValue(message, mapped);
            }
            else if (field is { FieldType: FieldType.UInt64, IsRepeated: false })
            {
                if (unchecked((ulong)map(field.FullName, (long)(ulong)value)) is var mapped && mapped != (ulong)value)
                    field.Accessor.SetValue(message, mapped);
            }
            else if (field.FieldType == FieldType.Message)
            {
                foreach (var inner in field.IsRepeated ? ((System.Collections.IList)value).Cast<IMessage>() : value is IMessage one ? [one] : [])
                    MapFields(inner, map, mapUrl);
            }
            else if (value is RepeatedField<string> urls)
            {
                for (var at = 0; at < urls.Count; at++)
                    urls[at] = mapUrl(urls[at]);
            }
        }
    }

    [GeneratedRegex("[A-Za-z0-9+/]{100,}=*")]
    private static partial Regex LongText();

    [GeneratedRegex("-?[0-9]{15,19}")]
    private static partial Regex LongNumber();
}
