using System.Globalization;
using System.Text;
using Lutra.Simulation.Checking;
using Lutra.Simulation.Cluster;
using Lutra.Simulation.Recording;
using RegisterHistory = System.Collections.Generic.List<Lutra.Simulation.Checking.TimedOperation<Lutra.Simulation.Checking.RegisterOperation>>;

namespace Lutra.Simulation.Workloads;

/// <summary>
/// Puts, gets of one or of all, deletes and compare-and-sets of a few keys that everybody uses, through all nodes. At the end the history of each key must be linearizable
/// (promise P1).
/// </summary>
internal sealed class RegisterWorkload : IWorkload
{
    public const string Title = "registers";

    // What one key is asked at most: longer histories would only make the search long.
    private const int OperationsPerKeyMax = 1500;

    private readonly RegisterHistory[] histories;
    private readonly RegisterClient[] clients;

    public RegisterWorkload(WorkloadSetting setting)
    {
        histories = [.. Enumerable.Range(0, setting.Random.Next(1, 9)).Select(_ => new RegisterHistory())];
        clients = [.. Enumerable.Range(1, setting.Clients).Select(number => new RegisterClient(setting, number, histories.Length, Record))];
    }

    public string Name => Title;

    public string? Violation => null;

    public bool IsQuiet => clients.All(client => client.IsQuiet);

    public long Done => histories.Sum(history => history.Count(operation => !operation.IsUnknown));

    public long Unknown => histories.Sum(history => history.Count(operation => operation.IsUnknown));

    public long Histories { get; private set; }

    public long Undecided { get; private set; }

    public OperationPlace? Misfit { get; private set; }

    public IReadOnlyList<OperationPlace> Longest { get; private set; } = [];

    /// <summary>A client's name, for people.</summary>
    public static string NameOf(int client) => $"registers, client {client}";

    /// <summary>All registers, and nothing else.</summary>
    public static KeyRange Range { get; } = KeyRange.Prefix("register/"u8.ToArray());

    public static byte[] KeyOf(int register) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"register/{register}"));

    public void Begin()
    {
        foreach (var client in clients)
            client.Begin();
    }

    public void Stop()
    {
        foreach (var client in clients)
            client.Stop();
    }

    public void ReadBack(IReadOnlyList<SimulatedNode> nodes) => clients[0].ReadBack(nodes);

    public string? Judge()
    {
        for (var register = 0; register < histories.Length; register++)
        {
            RegisterHistory history = [.. histories[register]];
            foreach (var client in clients)
            {
                if (client.UnderWay is { } open && open.Register == register)
                    history.Add(open.Operation);
            }

            var verdict = new LinearizabilityChecker<RegisterState, RegisterOperation>(new RegisterModel()).Check(history);
            Histories++;
            if (verdict.Kind == VerdictKind.Undecided)
                Undecided++;
            if (verdict.Kind == VerdictKind.NotLinearizable)
            {
                var misfit = history[verdict.Misfit!.Value];
                Misfit = PlaceOf(misfit);
                Longest = [.. verdict.Longest.Select(at => PlaceOf(history[at]))];
                return $"P1: the history of register {register} is not linearizable: {Describe(misfit.What)} of client {misfit.Client}, "
                    + $"from {new TimeSpan(misfit.Invoked)} to {new TimeSpan(misfit.Returned)}, fits nowhere.";
            }
        }

        return null;
    }

    private static string Describe(RegisterOperation operation) => operation.Call switch
    {
        RegisterCall.Get => $"a get that read {operation.Value ?? "nothing"}",
        RegisterCall.Put => $"the put of {operation.Value}",
        RegisterCall.Delete => $"a delete that {(operation.Succeeded ? "found something" : "found nothing")}",
        _ => $"the change from {operation.Expected ?? "nothing"} to {operation.Value}, which {(operation.Succeeded ? "succeeded" : "failed")}",
    };

    private static OperationPlace PlaceOf(TimedOperation<RegisterOperation> operation) => new(NameOf(operation.Client), new TimeSpan(operation.Invoked));

    private bool Record(int register, TimedOperation<RegisterOperation>? operation)
    {
        if (operation is not null)
            histories[register].Add(operation);
        return histories[register].Count < OperationsPerKeyMax;
    }
}
