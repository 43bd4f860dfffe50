using Google.Protobuf;
using Lutra.Server.Tests.Etcd;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Acceptance.Etcd.Differential;

/// <summary>One of the two stores, during one sequence.</summary>
internal sealed class StoreSide(string endpoint) : IDisposable
{
    private static readonly ByteString First = ByteString.CopyFrom(0);
    private static readonly ByteString NeverWritten = ByteString.CopyFromUtf8("never written");

    private readonly Dictionary<long, long> chosen = [];
    private readonly GrpcClient client = new(endpoint);
    private readonly GatewayClient gateway = new(endpoint);
    private StoreUsers? users;
    private ulong member;
    private long begin;
    private int run;

    /// <summary>The store's revision, as the last answer had it.</summary>
    public long Revision { get; private set; }

    public GrpcClient Client => client;

    /// <summary>Removes what there is; its history goes with <see cref="BeginAsync"/>.</summary>
    public async Task ClearAsync()
    {
        var list = await client.CallAsync<Pb.LeaseLeasesResponse>("/etcdserverpb.Lease/LeaseLeases", new Pb.LeaseLeasesRequest());
        foreach (var lease in list.Leases)
            await client.TryAsync("/etcdserverpb.Lease/LeaseRevoke", new Pb.LeaseRevokeRequest { ID = lease.ID });
        member = list.Header.MemberId;
        Revision = (await client.CallAsync<Pb.DeleteRangeResponse>("/etcdserverpb.KV/DeleteRange", new Pb.DeleteRangeRequest { Key = First, RangeEnd = First }))
            .Header.Revision;
        chosen.Clear();
    }

    /// <summary>Makes so many revisions, at least two, that leave nothing.</summary>
    public async Task SpendAsync(long revisions)
    {
        for (; revisions > 1; revisions--)
            await client.CallAsync<Pb.PutResponse>("/etcdserverpb.KV/Put", new Pb.PutRequest { Key = First });
        await client.CallAsync<Pb.DeleteRangeResponse>("/etcdserverpb.KV/DeleteRange", new Pb.DeleteRangeRequest { Key = First });
    }

    /// <summary>A sequence begins: nothing older can be seen.</summary>
    public async Task BeginAsync(long revision)
    {
        begin = Revision = revision;
        run++;
        await client.TryAsync("/etcdserverpb.KV/Compact", new Pb.CompactionRequest { Revision = revision, Physical = true });
    }

    public async Task<Answer> AskAsync(CallStep call)
    {
        if (IsMemberChange(call.Path))
            await SettleAsync();
        var request = Resolve(call.Request);
        var token = await Users.TokenAsync(call.Caller);
        var end = call.ThroughGateway ? await gateway.AskAsync(call.Path, request, token)
            : token is null ? await client.TryAsync(call.Path, request)
            : await client.TryAsync(call.Path, request, ("token", token));
        var replies = end.Replies.Select(reply => Replies.Parse(call.Path, reply)).ToArray();
        if (call.Chosen != 0 && replies is [Pb.LeaseGrantResponse { ID: > 0 } granted])
            chosen[call.Chosen] = granted.ID;
        if (call.Chosen != 0 && replies is [Pb.MemberAddResponse { Member: { } added }])
            chosen[call.Chosen] = unchecked((long)added.ID);
        foreach (var reply in replies)
            Note(reply);
        return new Answer(end.Status, Replies.WithoutSize(end.Message), [.. replies.Select(Symbols)]) { Http = call.ThroughGateway ? (int)end.Http : 0 };
    }

    /// <summary>Who asks next under this name logs in anew.</summary>
    public void Forget(string name) => Users.Forget(name);

    public async Task<Answer> AskAsync(KeepAliveStep step)
    {
        using var stream = client.OpenAtOnce("/etcdserverpb.Lease/LeaseKeepAlive");
        var replies = new List<IMessage>();
        foreach (var lease in step.Leases)
        {
            await stream.SendAsync(new Pb.LeaseKeepAliveRequest { ID = Places.Resolve(lease, chosen) });
            if (await stream.ReadAsync<Pb.LeaseKeepAliveResponse>() is not { } reply)
                return new Answer(stream.End.Status, stream.End.Message, replies);
            replies.Add(Symbols(reply));
        }

        stream.CloseSending();
        while (await stream.ReadAsync<Pb.LeaseKeepAliveResponse>() is { } unasked)
            replies.Add(Symbols(unasked));
        return new Answer(stream.End.Status, stream.End.Message, replies);
    }

    /// <summary>A copy of what is to be sent, with this run's numbers.</summary>
    public T Resolve<T>(T request)
        where T : IMessage => Places.Resolve(request, begin, run, chosen);

    public IMessage Symbols(IMessage reply) => Replies.WithoutNature(Places.Symbols(reply, run, chosen), member);

    /// <summary>Removes what a <see cref="PassingStep"/> left: users, roles, and learners.</summary>
    public async Task EndPassingAsync()
    {
        await Users.RemoveAllAsync();
        var list = await client.CallAsync<Pb.MemberListResponse>("/etcdserverpb.Cluster/MemberList", new Pb.MemberListRequest());
        foreach (var other in list.Members.Where(one => one.ID != member))
        {
            await SettleAsync();
            await client.CallAsync<Pb.MemberRemoveResponse>("/etcdserverpb.Cluster/MemberRemove", new Pb.MemberRemoveRequest { ID = other.ID });
        }
    }

    private static bool IsMemberChange(string path) => path.StartsWith("/etcdserverpb.Cluster/Member", StringComparison.Ordinal) && !path.EndsWith("/MemberList", StringComparison.Ordinal);

    // etcd answers a change of members a moment before its raft knows that it was applied, drops another one that comes in between, and never answers that. A write
    // that changes nothing is answered after that moment.
    private Task SettleAsync() => client.TryAsync("/etcdserverpb.KV/DeleteRange", new Pb.DeleteRangeRequest { Key = NeverWritten });

    public void Dispose()
    {
        client.Dispose();
        gateway.Dispose();
    }

    private StoreUsers Users => users ??= new StoreUsers(client);

    private void Note(IMessage reply)
    {
        if (reply.Descriptor.FindFieldByName("header")?.Accessor.GetValue(reply) is Pb.ResponseHeader header)
            Revision = Math.Max(Revision, header.Revision);
    }
}
