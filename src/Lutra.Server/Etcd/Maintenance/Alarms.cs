using System.Globalization;
using Google.Protobuf;
using Lutra.Server.Etcd.Grpc;
using Lutra.Server.Rest.Cluster;
using Action = Lutra.Protocol.Etcd.AlarmRequest.Types.AlarmAction;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Etcd.Maintenance;

/// <summary>
/// <c>Maintenance/Alarm</c>. Those that somebody raised hold for the whole cluster until they are taken back. One more follows the disk of the member that is asked:
/// it comes when there is no room and goes when there is room again, so nobody can take it back.
/// </summary>
internal static class Alarms
{
    public static async ValueTask<IMessage> AnswerAsync(EtcdCall call, Pb.AlarmRequest request)
    {
        var reply = new Pb.AlarmResponse();
        switch (request.Action)
        {
            case Action.Get:
                // As of now: whoever raised one, at whichever member, sees it at every other.
                await call.Node.UpToDateAsync(call.Ended);
                foreach (var alarm in Of(call, await call.Node.StatusAsync(call.Ended)))
                {
                    if (request.Alarm == Pb.AlarmType.None || (int)request.Alarm == (int)alarm.Kind)
                        reply.Alarms.Add(ToMessage(alarm));
                }

                break;
            case Action.Activate or Action.Deactivate:
                call.Node.CheckRoot();
                if (await ChangeAsync(call, request) is { } touched)
                    reply.Alarms.Add(ToMessage(touched));
                break;
            default:
                throw new GrpcException(GrpcStatusCode.InvalidArgument, $"lutra: there is no such action with alarms: {(int)request.Action}");
        }

        reply.Header = call.Header().ToMessage();
        return reply;
    }

    /// <summary>Those that are raised, and that of the full disk where it is not among them.</summary>
    public static IEnumerable<Alarm> Of(EtcdCall call, NodeStatus status)
    {
        var own = new Alarm(call.Standing.Member, AlarmKind.NoSpace);
        return status.OutOfSpace && !status.Alarms.Contains(own) ? status.Alarms.Prepend(own) : status.Alarms;
    }

    /// <summary>As etcd's status shows them: its messages' own text, in which a zero is left out.</summary>
    public static string InWords(Alarm alarm)
    {
        var member = alarm.Member == 0 ? "" : $"memberID:{alarm.Member.ToString(CultureInfo.InvariantCulture)} ";
        return $"{member}alarm:{AlarmWords.Of(alarm.Kind)} ";
    }

    // To raise no alarm changes nothing, as to take back one that is not raised.
    private static async ValueTask<Alarm?> ChangeAsync(EtcdCall call, Pb.AlarmRequest request)
    {
        var raises = request.Action == Action.Activate;
        if (request.Alarm == Pb.AlarmType.None)
            return null;
        if (request.Alarm is not (Pb.AlarmType.Nospace or Pb.AlarmType.Corrupt))
            return raises ? throw new GrpcException(GrpcStatusCode.InvalidArgument, $"lutra: there is no alarm {(int)request.Alarm}") : null;
        var alarm = new Alarm(request.MemberID, (AlarmKind)request.Alarm);
        return await call.Node.ChangeAlarmAsync(alarm, raises, call.Ended) ? alarm : null;
    }

    private static Pb.AlarmMember ToMessage(Alarm alarm) => new() { MemberID = alarm.Member, Alarm = (Pb.AlarmType)alarm.Kind };
}
