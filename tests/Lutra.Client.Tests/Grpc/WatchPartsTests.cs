using System.Text;
using Google.Protobuf;
using Lutra.Client.Grpc;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Client.Tests.Grpc;

/// <summary>Whole revisions, once, out of responses that come in parts.</summary>
public sealed class WatchPartsTests
{
    private readonly WatchParts parts = new(new Revision(1));

    [Fact]
    public void K02_a_revision_is_held_back_until_its_last_part_is_there()
    {
        Assert.Equal("2: a@2", Take(isPart: true, ("a", 2), ("b", 3)));
        Assert.Null(Take(isPart: true, ("c", 3)));
        Assert.Equal("4: b@3 c@3 d@3 e@4", Take(isPart: false, ("d", 3), ("e", 4)));
    }

    [Fact]
    public void K02_what_was_told_before_is_not_told_again()
    {
        Assert.Equal("3: a@2 b@3", Take(isPart: false, ("a", 2), ("b", 3)));
        Assert.Equal("4: c@4", Take(isPart: false, ("b", 3), ("c", 4)));
        Assert.Null(Take(isPart: false, ("b", 3), ("c", 4)));
    }

    [Fact]
    public void Progress_goes_forward_only_and_never_past_what_is_held_back()
    {
        Assert.Equal("5:", Progress(5));
        Assert.Null(Progress(4));
        Assert.Null(Take(isPart: true, ("a", 6)));
        Assert.Null(Progress(9));
        Assert.Equal("6: a@6 b@6", Take(isPart: false, ("b", 6)));
        Assert.Equal("9:", Progress(9));
    }

    [Fact]
    public void What_is_out_of_order_or_names_no_key_makes_no_sense()
    {
        Assert.Throws<FormatException>(() => Take(isPart: false, ("a", 5), ("b", 4)));
        Assert.Throws<FormatException>(() => parts.Take(new Pb.WatchResponse { Events = { new Pb.Event() } }));
        Assert.Throws<FormatException>(() => parts.Take(new Pb.WatchResponse()));
    }

    private string? Progress(long revision) => Show(parts.Take(new Pb.WatchResponse { Header = new Pb.ResponseHeader { Revision = revision } }));

    private string? Take(bool isPart, params (string Key, long Revision)[] changes)
    {
        var response = new Pb.WatchResponse { Header = new Pb.ResponseHeader { Revision = 100 }, Fragment = isPart };
        foreach (var (key, revision) in changes)
            response.Events.Add(new Pb.Event { Kv = new Pb.KeyValue { Key = ByteString.CopyFromUtf8(key), ModRevision = revision } });
        return Show(parts.Take(response));
    }

    private static string? Show(WatchBatch? batch) => batch is null ? null
        : $"{batch.Revision}:{string.Concat(batch.Events.Select(one => $" {Encoding.UTF8.GetString(one.Current.Key.Span)}@{one.Current.ModRevision}"))}";
}
