using System.Globalization;
using Google.Protobuf;
using Lutra.Server.Etcd.Errors;
using Lutra.Server.Etcd.Grpc;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Etcd.Maintenance;

/// <summary><c>etcdserverpb.Maintenance</c>: what concerns the member that is asked.</summary>
internal static class MaintenanceService
{
    private const string Service = "/etcdserverpb.Maintenance/";
    private static readonly TimeSpan ReportPatience = TimeSpan.FromSeconds(1);

    public static IEnumerable<EtcdMethod> Methods =>
    [
        ProtoMethod.Single(Service + "Status", CallerNeed.User, Pb.StatusRequest.Parser, StatusAsync) with { ForLearners = true, TellsOfNode = true },
        ProtoMethod.Single(Service + "Alarm", CallerNeed.User, Pb.AlarmRequest.Parser, Alarms.AnswerAsync),
        ProtoMethod.Single(Service + "Defragment", CallerNeed.Root, Pb.DefragmentRequest.Parser, DefragmentAsync),
        ProtoMethod.Single(Service + "Hash", CallerNeed.Root, Pb.HashRequest.Parser, HashAsync),
        ProtoMethod.Single(Service + "HashKV", CallerNeed.Root, Pb.HashKVRequest.Parser, HashKeysAsync),
        ProtoMethod.Many(Service + "Snapshot", CallerNeed.Root, Pb.SnapshotRequest.Parser, static (call, _) => SnapshotStream.SendAsync(call)),
        ProtoMethod.Single(Service + "MoveLeader", CallerNeed.Root, Pb.MoveLeaderRequest.Parser, MoveLeaderAsync),
        ProtoMethod.Single(Service + "Downgrade", CallerNeed.Root, Pb.DowngradeRequest.Parser, DowngradeAsync),
    ];

    private static async ValueTask<IMessage> StatusAsync(EtcdCall call, Pb.StatusRequest request)
    {
        var status = await call.Node.StatusAsync(call.Ended);
        var report = await call.Node.ReportAsync(ReportPatience, call.Ended);
        var standing = call.Standing;

        // The log is left out, as etcd leaves out its own; all of the rest is in use, since merges keep it so.
        var sizeBytes = report.State is { Tables: var tables } ? tables.TableBytes + tables.MemtableBytes : 0;
        var reply = new Pb.StatusResponse
        {
            Header = call.Header().ToMessage(),
            Version = EtcdVersions.Server,
            StorageVersion = EtcdVersions.Storage,
            DbSize = sizeBytes,
            DbSizeInUse = sizeBytes,
            DbSizeQuota = call.Node.Options.QuotaBytes,
            Leader = standing.LeaderMember,
            RaftTerm = standing.Term,
            RaftIndex = status.CommitIndex,
            RaftAppliedIndex = status.AppliedIndex,
            IsLearner = standing.Role == NodeRole.Learner,
            DowngradeInfo = new Pb.DowngradeInfo(),
        };
        if (standing.LeaderMember == 0)
            reply.Errors.Add(EtcdErrors.NoLeader.Message);
        foreach (var alarm in Alarms.Of(call, status))
            reply.Errors.Add(Alarms.InWords(alarm));
        return reply;
    }

    // Merges give back what compaction freed, all the time: there is nothing left to do, and that is done.
    private static ValueTask<IMessage> DefragmentAsync(EtcdCall call, Pb.DefragmentRequest request) => new(new Pb.DefragmentResponse());

    // There is no file that holds all and nothing else, as etcd hashes it: what its users hold is hashed.
    private static async ValueTask<IMessage> HashAsync(EtcdCall call, Pb.HashRequest request)
    {
        var result = await Task.Run(() => call.Node.HashOfRevisions(Revision.None)).WaitAsync(call.Ended);
        return new Pb.HashResponse { Header = call.HeaderAt(result.Revision).ToMessage(), Hash = result.Hash };
    }

    private static async ValueTask<IMessage> HashKeysAsync(EtcdCall call, Pb.HashKVRequest request)
    {
        var result = await Task.Run(() => call.Node.HashOfRevisions(new Revision(request.Revision))).WaitAsync(call.Ended);
        return new Pb.HashKVResponse
        {
            Header = call.HeaderAt(result.Revision).ToMessage(),
            Hash = result.Hash,
            HashRevision = result.HashedUpTo.Value,
            CompactRevision = result.CompactRevision.Value > 0 ? result.CompactRevision.Value : -1,
        };
    }

    private static async ValueTask<IMessage> MoveLeaderAsync(EtcdCall call, Pb.MoveLeaderRequest request)
    {
        var standing = call.Standing;
        if (standing.LeaderMember != standing.Member || standing.Role != NodeRole.Leader)
            throw EtcdErrors.NotLeader;
        var to = request.TargetID.ToString("x", CultureInfo.InvariantCulture);
        if ((await call.Node.MembersAsync(call.Ended)).Members.FirstOrDefault(member => member.Id == to) is not { IsLearner: false })
            throw EtcdErrors.BadLeaderTransferee;
        try
        {
            await call.Node.MoveLeaderAsync(to, call.Ended);
        }
        catch (LutraException refused) when (refused.Error == LutraError.ChangeRefused)
        {
            throw new GrpcException(GrpcStatusCode.Unknown, "etcdserver: request timed out, leader transfer took too long");
        }

        return new Pb.MoveLeaderResponse();
    }

    // There is nothing below to go back to; that nothing is under way can be cancelled at any time.
    private static ValueTask<IMessage> DowngradeAsync(EtcdCall call, Pb.DowngradeRequest request)
    {
        switch (request.Action)
        {
            case Pb.DowngradeRequest.Types.DowngradeAction.Cancel:
                return new(new Pb.DowngradeResponse { Header = call.Header().ToMessage(), Version = EtcdVersions.Cluster });
            case Pb.DowngradeRequest.Types.DowngradeAction.Validate or Pb.DowngradeRequest.Types.DowngradeAction.Enable:
                throw Version.TryParse(request.Version, out _) ? EtcdErrors.InvalidDowngradeTarget : EtcdErrors.WrongDowngradeVersion;
            default:
                throw new GrpcException(GrpcStatusCode.Unknown, "etcdserver: unknown method");
        }
    }
}
