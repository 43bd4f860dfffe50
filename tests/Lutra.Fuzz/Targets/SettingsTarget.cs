using System.Text;
using Lutra.Cli.Settings;

namespace Lutra.Fuzz.Targets;

/// <summary>A file of settings.</summary>
internal sealed class SettingsTarget : FuzzTarget
{
    private static readonly SortedSet<string> known = new(StringComparer.Ordinal) { "id", "addr", "dir", "peers" };

    public override string Name => "settings";

    public override int Share => 1;

    public override IReadOnlyList<string> Words { get; } = ["=", "#", "\n", "\r", "id", "--id", "addr = ", " ", "\t", "peers=1=a:1"];

    public override byte[] Example(Random random) => Encoding.UTF8.GetBytes("# a node\nid = 1\naddr = localhost:2379\n\n--dir=./data\npeers = 1=localhost:1,2=localhost:2\n");

    public override void Parse(byte[] input)
    {
        var path = Path.Combine(Path.GetTempPath(), $"lutra-fuzz-{Environment.ProcessId}-{Environment.CurrentManagedThreadId}");
        try
        {
            File.WriteAllBytes(path, input);
            var errors = new List<string>();
            var file = SettingsFile.Read(path, known, errors);
            Require(file is not null || errors.Count > 0, "a file that is not read, and no word why");
            foreach (var name in known)
                file?.Find(name);
        }
        finally
        {
            File.Delete(path);
        }
    }

    public override bool IsDeclared(Exception exception) => false;
}
