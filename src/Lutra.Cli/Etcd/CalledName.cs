using System.Text;

namespace Lutra.Cli.Etcd;

/// <summary>Under which name this process was started: a symbolic link that is called etcd starts a node as etcd is started.</summary>
internal static class CalledName
{
    private const string CommandLineFile = "/proc/self/cmdline";

    // .NET resolves links before it tells; only the system knows what was typed.
    public static bool IsEtcd
    {
        get
        {
            try
            {
                if (!OperatingSystem.IsLinux())
                    return false;
                var line = File.ReadAllBytes(CommandLineFile).AsSpan();
                return Path.GetFileName(Encoding.UTF8.GetString(line[..Math.Max(line.IndexOf((byte)0), 0)])) == "etcd";
            }
            catch (IOException)
            {
                return false;
            }
        }
    }
}
