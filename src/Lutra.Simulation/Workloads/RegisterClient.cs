using System.Globalization;
using System.Text;
using Lutra.Keyspace.Commands;
using Lutra.Simulation.Checking;
using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Workloads;

/// <summary>One call at a time, of any register through any node that is up; each ends as it was answered, or as unknown.</summary>
internal sealed class RegisterClient
{
    private static readonly TimeSpan noAnswerAfter = TimeSpan.FromSeconds(12);

    private readonly WorkloadSetting setting;
    private readonly int number;
    private readonly int registers;
    private readonly Func<int, TimedOperation<RegisterOperation>?, bool> record;
    private readonly Random random;
    private bool isStopped;
    private long turn;
    private int written;
    private string? lastSeen;

    /// <param name="record">Takes what was done to a register; false where that register has had enough.</param>
    public RegisterClient(WorkloadSetting setting, int number, int registers, Func<int, TimedOperation<RegisterOperation>?, bool> record)
    {
        (this.setting, this.number, this.registers, this.record) = (setting, number, registers, record);
        random = setting.Scheduler.RandomFor($"register client {number}");
    }

    public bool IsQuiet { get; private set; } = true;

    /// <summary>What was asked and is not answered: a run that is cut short leaves it open, and it may be done. Null: nothing.</summary>
    public (int Register, TimedOperation<RegisterOperation> Operation)? UnderWay { get; private set; }

    public void Begin()
    {
        IsQuiet = false;
        setting.Scheduler.After(TimeSpan.FromMilliseconds(random.Next(200)), Next);
    }

    public void Stop() => isStopped = true;

    /// <summary>Reads every register through each of <paramref name="nodes"/>, one after the other.</summary>
    public void ReadBack(IReadOnlyList<SimulatedNode> nodes)
    {
        IsQuiet = false;
        ReadFrom(nodes, 0);
    }

    private void ReadFrom(IReadOnlyList<SimulatedNode> nodes, int at)
    {
        if (at == nodes.Count * registers)
            IsQuiet = true;
        else
            Ask(nodes[at / registers], at % registers, new RegisterOperation(RegisterCall.Get), () => ReadFrom(nodes, at + 1));
    }

    private void Next()
    {
        var register = random.Next(registers);
        if (isStopped || !record(register, null))
        {
            IsQuiet = true;
            return;
        }

        var node = setting.Cluster.Nodes[random.Next(setting.Cluster.Nodes.Count)];
        var operation = Draw();
        void GoOn() => setting.Scheduler.After(TimeSpan.FromMilliseconds(random.Next(40)), Next);
        if (node.Loop is null)
            GoOn();
        else if (random.Next(10) == 0)
            AskForAll(node, GoOn);
        else
            Ask(node, register, operation, GoOn);
    }

    private RegisterOperation Draw() => random.Next(8) switch
    {
        0 or 1 => new(RegisterCall.Put, NewValue()),
        2 => new(RegisterCall.Delete),
        3 or 4 => new(RegisterCall.CompareAndSet, NewValue(), random.Next(4) == 0 ? null : lastSeen),
        _ => new(RegisterCall.Get),
    };

    private string NewValue() => string.Create(CultureInfo.InvariantCulture, $"{number}.{++written}");

    private void Ask(SimulatedNode node, int register, RegisterOperation operation, Action then)
    {
        var mine = ++turn;
        var invoked = setting.Scheduler.Now.Ticks;
        void Ended(Ending? ending)
        {
            if (turn != mine)
                return;
            turn++;
            UnderWay = null;
            Note(register, invoked, operation, ending);
            then();
        }

        UnderWay = (register, new(number, invoked, TimedOperation<RegisterOperation>.Never, operation));
        // One that was removed while it was to be asked answers nothing any more.
        setting.Scheduler.After(node.Loop is null ? TimeSpan.Zero : noAnswerAfter, () => Ended(null));
        var key = KeyRange.Single(RegisterWorkload.KeyOf(register));
        if (operation.Call == RegisterCall.Get)
            node.Requests.Read(new RangeOperation(key), Ended, RegisterWorkload.NameOf(number));
        else
            node.Requests.Write(new WriteCommand(ToOperation(operation, key)), idempotencyKey: null, Ended, RegisterWorkload.NameOf(number));
    }

    // One answer, of one moment, about every register.
    private void AskForAll(SimulatedNode node, Action then)
    {
        var mine = ++turn;
        var invoked = setting.Scheduler.Now.Ticks;
        void Ended(Ending? ending)
        {
            if (turn != mine)
                return;
            turn++;
            if (ending?.Result is RangeResult found)
                NoteAll(invoked, found);
            then();
        }

        setting.Scheduler.After(noAnswerAfter, () => Ended(null));
        node.Requests.Read(new RangeOperation(RegisterWorkload.Range), Ended, RegisterWorkload.NameOf(number));
    }

    private void NoteAll(long invoked, RangeResult found)
    {
        var values = found.KeyValues.ToDictionary(pair => Encoding.UTF8.GetString(pair.Key.Span), pair => Encoding.UTF8.GetString(pair.Value.Span));
        for (var register = 0; register < registers; register++)
        {
            var value = values.GetValueOrDefault(Encoding.UTF8.GetString(RegisterWorkload.KeyOf(register)));
            record(register, new TimedOperation<RegisterOperation>(number, invoked, setting.Scheduler.Now.Ticks, new RegisterOperation(RegisterCall.Get, value)));
        }
    }

    private static Operation ToOperation(RegisterOperation operation, KeyRange key)
    {
        if (operation.Call == RegisterCall.Delete)
            return new DeleteOperation(key);
        var put = new PutOperation(key.From, Encoding.UTF8.GetBytes(operation.Value!));
        if (operation.Call == RegisterCall.Put)
            return put;
        var compare = operation.Expected is { } expected
            ? new Compare(key, CompareTarget.Value, CompareResult.Equal, Value: Encoding.UTF8.GetBytes(expected))
            : new Compare(key, CompareTarget.CreateRevision, CompareResult.Equal, 0);
        return new TransactionOperation([compare], [put], []);
    }

    private void Note(int register, long invoked, RegisterOperation asked, Ending? ending)
    {
        var isUnknown = ending is null or { IsUnknown: true };

        // A read of which nobody heard, and whatever was certainly not done, says nothing.
        if (isUnknown ? asked.Call == RegisterCall.Get : !ending!.IsDone)
            return;
        var answered = ending?.Result switch
        {
            RangeResult found => asked with { Value = lastSeen = found.KeyValues.IsEmpty ? null : Encoding.UTF8.GetString(found.KeyValues[0].Value.Span) },
            DeleteResult deleted => asked with { Succeeded = deleted.Deleted > 0 },
            TransactionResult transaction => asked with { Succeeded = transaction.Succeeded },
            _ => asked,
        };
        var returned = isUnknown ? TimedOperation<RegisterOperation>.Never : setting.Scheduler.Now.Ticks;
        record(register, new TimedOperation<RegisterOperation>(number, invoked, returned, answered));
    }
}
