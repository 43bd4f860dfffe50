using Lutra.Simulation.Checking;

namespace Lutra.Acceptance.Faults.Histories;

/// <summary>What was appended to lists and read of them. Lists that are long enough give way to new ones, and are then judged on their own.</summary>
internal sealed class ListBook
{
    /// <summary>Transactions go over this many lists.</summary>
    public const int Lists = 3;

    private const int TransactionsPerEpoch = 400;

    private readonly Lock gate = new();
    private readonly List<List<ListTransaction>> epochs = [[]];
    private int elements;

    public int Epoch
    {
        get
        {
            lock (gate)
                return epochs.Count - 1;
        }
    }

    public int NextElement() => Interlocked.Increment(ref elements);

    public static string PrefixOf(int epoch) => $"list/{epoch}/";

    public void Record(int epoch, ListTransaction transaction)
    {
        lock (gate)
        {
            epochs[epoch].Add(transaction);
            if (epochs[epoch].Count == TransactionsPerEpoch)
                epochs.Add([]);
        }
    }

    /// <summary>Each history must be strictly serializable (promise P1).</summary>
    public void Judge()
    {
        for (var epoch = 0; epoch < epochs.Count; epoch++)
        {
            var wrong = ListHistoryChecker.Check(epochs[epoch]);
            Assert.True(wrong is null, $"{PrefixOf(epoch)}: {wrong}");
        }
    }
}
