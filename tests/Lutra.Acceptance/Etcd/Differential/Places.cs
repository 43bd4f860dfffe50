using System.Globalization;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Lutra.Acceptance.Etcd.Differential;

/// <summary>
/// What has a different number in each run: a revision that counts from the beginning of a sequence, and a lease whose id the store chose. In a sequence they stand
/// as numbers that nothing else comes near.
/// </summary>
internal static partial class Places
{
    private const long Base = 1L << 50;
    private const long FirstChosenLease = 1L << 51;
    private const long Near = 1_000_000;

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

    public static bool IsChosenLease(long lease) => lease - FirstChosenLease is >= 0 and < Near;

    /// <summary>A copy that holds the numbers of one run.</summary>
    /// <param name="leases">What the store chose, by symbol.</param>
    public static T Resolve<T>(T request, long begin, IReadOnlyDictionary<long, long> leases)
        where T : IMessage => (T)Map(request, (field, number) =>
            RevisionFields.Contains(field) && Math.Abs(number - Base) < Near ? number - Base + begin : leases.GetValueOrDefault(number, number));

    /// <summary>Puts symbols in place of the ids that the store chose, wherever they stand.</summary>
    public static IMessage Symbols(IMessage reply, IReadOnlyDictionary<long, long> leases) =>
        Map(reply, (_, number) => leases.FirstOrDefault(one => one.Value == number, new(number, number)).Key);

    public static long Resolve(long lease, IReadOnlyDictionary<long, long> leases) => leases.GetValueOrDefault(lease, lease);

    public static string Shown(IMessage request) => LongNumber().Replace(
        LongText().Replace(JsonFormatter.Default.Format(request), text => $"{text.Value[..20]}... of {text.Length} characters"),
        number => Shown(long.Parse(number.Value, CultureInfo.InvariantCulture)));

    public static string Shown(long number) =>
        Math.Abs(number - Base) < Near ? $"base{number - Base:+0;-0;+0}"
        : IsChosenLease(number) ? $"chosen#{number - FirstChosenLease}"
        : number.ToString(CultureInfo.InvariantCulture);

    private static IMessage Map(IMessage message, Func<string, long, long> map)
    {
        var copy = message.Descriptor.Parser.ParseFrom(message.ToByteArray());
        MapFields(copy, map);
        return copy;
    }

    private static void MapFields(IMessage message, Func<string, long, long> map)
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
            else if (field.FieldType == FieldType.Message)
            {
                foreach (var inner in field.IsRepeated ? ((System.Collections.IList)value).Cast<IMessage>() : value is IMessage one ? [one] : [])
                    MapFields(inner, map);
            }
        }
    }

    [GeneratedRegex("[A-Za-z0-9+/]{100,}=*")]
    private static partial Regex LongText();

    [GeneratedRegex("-?[0-9]{15,19}")]
    private static partial Regex LongNumber();
}
