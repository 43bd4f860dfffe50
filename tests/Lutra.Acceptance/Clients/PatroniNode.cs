using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Lutra.Acceptance.Processes;

namespace Lutra.Acceptance.Clients;

/// <summary>Patroni with the PostgreSQL that it runs. PostgreSQL refuses to run as root: then it is the user postgres who runs both.</summary>
internal sealed partial class PatroniNode : IDisposable
{
    private const int Killed = 9;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly string folder;
    private readonly Process patroni;
    private readonly List<string> output = [];

    private PatroniNode(string name, string folder, int restPort, int port, Process patroni)
    {
        (Name, this.folder, RestPort, Port, this.patroni) = (name, folder, restPort, port, patroni);
    }

    public string Name { get; }

    public int RestPort { get; }

    public int Port { get; }

    /// <summary>The folder of PostgreSQL's programs; null: there is none.</summary>
    public static string? Programs => Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Where(bin => File.Exists(Path.Combine(bin, "initdb"))).Order().LastOrDefault()
        : null;

    public static PatroniNode Start(string name, string above, IEnumerable<string> stores)
    {
        var folder = Directory.CreateDirectory(Path.Combine(above, name)).FullName;
        var (restPort, port) = (LoopbackPorts.Next(), LoopbackPorts.Next());
        var settings = Path.Combine(folder, "patroni.yml");
        File.WriteAllText(settings, $$"""
            scope: otters
            name: {{name}}
            restapi: {listen: "127.0.0.1:{{restPort}}", connect_address: "127.0.0.1:{{restPort}}"}
            etcd3: {hosts: "{{string.Join(',', stores)}}"}
            bootstrap:
              dcs:
                ttl: 30
                loop_wait: 1
                retry_timeout: 10
                postgresql:
                  parameters: {fsync: "off", wal_level: replica, hot_standby: "on"}
              initdb: [{encoding: UTF8}, no-sync]
            postgresql:
              listen: 127.0.0.1:{{port}}
              connect_address: 127.0.0.1:{{port}}
              data_dir: {{folder}}/data
              bin_dir: {{Programs}}
              pgpass: {{folder}}/pgpass
              authentication:
                superuser: {username: postgres, password: otter}
                replication: {username: replicator, password: otter}
              pg_hba: ["host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust", "local all all trust"]
              parameters: {unix_socket_directories: "{{folder}}", shared_buffers: 16MB}
            """);
        string[] asPostgres = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];
        if (asPostgres.Length > 0)
            Assert.Equal(0, Tool.Run("chown", "-R", "postgres", above).ExitCode);
        string[] line = [.. asPostgres, "patroni", settings];
        var start = new ProcessStartInfo(line[0], line[1..]) { WorkingDirectory = folder, RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["HOME"] = folder;
        var patroni = Process.Start(start)!;
        var node = new PatroniNode(name, folder, restPort, port, patroni);
        patroni.OutputDataReceived += (_, said) => node.Add(said.Data);
        patroni.ErrorDataReceived += (_, said) => node.Add(said.Data);
        patroni.BeginOutputReadLine();
        patroni.BeginErrorReadLine();
        return node;
    }

    /// <summary>The last of what it wrote.</summary>
    public string Output
    {
        get
        {
            lock (output)
                return string.Join('\n', output.TakeLast(30));
        }
    }

    /// <summary>One statement, and what it answers.</summary>
    public (int ExitCode, string Output) Sql(string statement)
    {
        var (code, said) = Tool.Run("psql", "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", "postgres", "-d", "postgres", "-Atqc", statement);
        return (code, said.Trim());
    }

    /// <summary>kill -9 of both, as when the machine is lost.</summary>
    public void Kill()
    {
        if (!patroni.HasExited)
            patroni.Kill();

        // With a limit: without one it waits for the end of the output, too, and PostgreSQL still holds that.
        patroni.WaitForExit(Patience);
        var pidFile = Path.Combine(folder, "data", "postmaster.pid");
        if (File.Exists(pidFile) && int.TryParse(File.ReadLines(pidFile).FirstOrDefault(), CultureInfo.InvariantCulture, out var postgres) && IsOurs(postgres))
            _ = SendSignal(postgres, Killed);
    }

    public void Dispose()
    {
        Kill();
        patroni.Dispose();
    }

    private void Add(string? line)
    {
        if (line is null)
            return;
        lock (output)
            output.Add(line);
    }

    // The number may have been given to another process since.
    private bool IsOurs(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Contains(folder, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
