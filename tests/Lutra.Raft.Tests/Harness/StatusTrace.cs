namespace Lutra.Raft.Tests.Harness;

/// <summary>Tells the trace when one life of a node changes its role, its term or its configuration.</summary>
internal sealed class StatusTrace(Trace trace)
{
    private RaftStatus? shown;

    public void Show(RaftStatus status)
    {
        if (shown is { } was)
        {
            var name = TraceText.Name(status.Id);
            if ((was.Role, was.Term) != (status.Role, status.Term))
            {
                trace.Add($"{name}@{was.Term} {TraceText.Role(was.Role)} ⇨ {name}@{status.Term} {TraceText.Role(status.Role)}");
            }

            if (!ReferenceEquals(was.Configuration, status.Configuration))
            {
                var (before, now) = (TraceText.Describe(was.Configuration), TraceText.Describe(status.Configuration));
                if (before != now)
                {
                    trace.Add($"{name} configuration {before} ⇨ {now}");
                }
            }
        }

        shown = status;
    }
}
