using System.Text;

namespace Lutra.Simulation.Workloads;

/// <summary>What the holder of one session knows of it.</summary>
internal sealed class SessionCount(ulong session, TimeSpan ttl)
{
    public ulong Session => session;

    /// <summary>It may be unused for so long.</summary>
    public TimeSpan Ttl => ttl;

    public byte[] Key { get; } = Encoding.UTF8.GetBytes($"session/{session:x}");

    /// <summary>Steps that are known to be done, each once.</summary>
    public ulong Done { get; set; }

    /// <summary>Steps that were asked for.</summary>
    public ulong Asked { get; set; }

    /// <summary>The number of the last step that is known to be done.</summary>
    public ulong Highest { get; set; }

    /// <summary>The number of the step that is under way; 0: none.</summary>
    public ulong Sequence { get; set; }

    /// <summary>What was answered to each step.</summary>
    public List<(ulong Sequence, string Answer)> Answers { get; } = [];

    /// <summary>When the last use was asked for that is known to be done.</summary>
    public TimeSpan UsedAt { get; set; }

    /// <summary>When the last use was asked for.</summary>
    public TimeSpan AskedAt { get; set; }

    public bool IsEnded { get; set; }

    public override string ToString() => $"session {session:x}";
}
