using System.Reflection;
using System.Text;
using Lutra.Keyspace;
using Lutra.Node.Loop;
using Lutra.Raft;
using Lutra.Storage.Log;

namespace Lutra.Simulation.Coverage;

/// <summary>A mark and its name for people: "raft: check quorum steps down".</summary>
public sealed record NamedMark(string Name, Mark Mark);

/// <summary>Every mark of the production code: the fields of the classes named Marks, so that a new one is one line in one file.</summary>
public static class MarkCatalogue
{
    private static readonly Assembly[] assemblies =
        [typeof(RaftNode).Assembly, typeof(ReplicatedLog).Assembly, typeof(KeyspaceStore).Assembly, typeof(NodeContext).Assembly];

    /// <summary>Sorted by name.</summary>
    public static IReadOnlyList<NamedMark> All { get; } =
        [.. assemblies.SelectMany(MarksOf).OrderBy(mark => mark.Name, StringComparer.Ordinal)];

    /// <summary>Makes this process count. Before the first run, since production code asks once.</summary>
    public static void TurnOn() => AppContext.SetSwitch(Mark.Switch, true);

    private static IEnumerable<NamedMark> MarksOf(Assembly assembly)
    {
        var project = assembly.GetName().Name!;
        var marks = assembly.GetType($"{project}.Marks") ?? throw new InvalidOperationException($"{project} has no class Marks.");
        foreach (var field in marks.GetFields(BindingFlags.Public | BindingFlags.Static))
            yield return new NamedMark($"{project[(project.IndexOf('.', StringComparison.Ordinal) + 1)..].ToLowerInvariant()}: {Words(field.Name)}", (Mark)field.GetValue(null)!);
    }

    private static string Words(string name)
    {
        var words = new StringBuilder();
        foreach (var character in name)
        {
            if (char.IsUpper(character) && words.Length > 0)
                words.Append(' ');
            words.Append(char.ToLowerInvariant(character));
        }

        return words.ToString();
    }
}
