using System.Globalization;
using Lutra.Keyspace.Commands;
using Lutra.Node.Identity;
using Lutra.Node.Restore;
using Lutra.Raft;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Disk;
using Lutra.Simulation.Workloads.Quota;
using Lutra.Storage.Files;

namespace Lutra.Simulation.Workloads.Backups;

/// <summary>Another cluster, of one node on a machine of its own, that begins with a snapshot. It is looked at as soon as it works, written to, and given up.</summary>
internal sealed class RestoredCluster(WorkloadSetting setting, int number, StateCopy taken, long revisionJump)
{
    private static readonly TimeSpan glance = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(20);

    private TimeSpan until;

    /// <param name="ended">Gets what was wrong; null: nothing.</param>
    public void Begin(Action<string?> ended)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"restored{number}");
        var options = setting.Cluster.Nodes[0].Options with
        {
            Label = name,
            LabelGiven = true,
            Address = $"{name}:2379",
            PeerAddress = null,
            Peers = [],
            Join = false,
            QuotaBytes = 0,
        };
        var node = new SimulatedNode(setting.Scheduler, setting.Cluster.Network, options);
        Restore(node, name);
        node.Start();
        until = setting.Scheduler.Now + patience;
        Look(node, wrong =>
        {
            node.Kill();
            ended(wrong);
        });
    }

    private void Restore(SimulatedNode node, string name)
    {
        var process = setting.Scheduler.StartProcess($"restore of {name}");
        var source = new SimulatedDisk(setting.Scheduler, $"snapshot of {name}");
        source.Plant("a.snapshot", taken.Snapshot);
        SnapshotRestore.Run(Open, node.Disk.Mount(process), Label.Parse(name), "1", revisionJump, setting.Scheduler.RandomFor($"restore of {name}"), _ => { });
        process.Kill();
        node.Disk.Kill();

        IFile Open() => source.Mount(process).Open("a.snapshot", writable: false);
    }

    private void Look(SimulatedNode node, Action<string?> ended) => setting.Scheduler.After(glance, () =>
    {
        if (node.Failure is { } failure)
            ended($"it stopped: {failure.Message}");
        else if (node.Loop?.Replica is { Raft: { Role: RoleName.Leader, CommittedInTerm: true } } replica)
        {
            using (var view = replica.Keyspace.Pin())
            {
                if (taken.DifferenceTo(StateCopy.Of(view), revisionJump) is { } difference)
                {
                    ended(difference);
                    return;
                }
            }

            Write(node, ended);
        }
        else if (setting.Scheduler.Now < until)
            Look(node, ended);
        else
            ended($"it has no leader after {patience}");
    });

    private void Write(SimulatedNode node, Action<string?> ended)
    {
        var put = new PutOperation("written by the new cluster"u8.ToArray(), "1"u8.ToArray());
        node.Requests.Write(new WriteCommand(put), idempotencyKey: null, ending => setting.Scheduler.After(TimeSpan.Zero, () => ended(
            ending.Result is { } done && done.Revision.Value <= taken.Revision + revisionJump ? $"its first write has revision {done.Revision}" :
            ending.IsDone == taken.Alarms.All.IsEmpty && (ending.IsDone || AlarmBook.IsOfAlarm(ending)) ? null :
            ending.IsDone ? "it takes a write, though it began with an alarm" : $"it does not take a write: {ending.Message}")));
    }
}
