using Lutra.Simulation.Cluster;

namespace Lutra.Simulation.Workloads.Kubernetes;

/// <summary>
/// What Kubernetes does with a store: controllers list objects page by page at one revision, keep a copy by a watch from there on, change objects only where nobody
/// else did since they looked, and let events end with their leases.
/// </summary>
internal sealed class ControllerWorkload : IWorkload
{
    public const string Title = "controllers";

    private readonly ObjectBook book = new();
    private readonly Controller[] controllers;

    public ControllerWorkload(WorkloadSetting setting) =>
        controllers = [.. Enumerable.Range(1, setting.Clients).Select(number => new Controller(setting, number, book, found => Violation ??= found))];

    public string Name => Title;

    public string? Violation { get; private set; }

    public bool IsQuiet => controllers.All(controller => controller.IsQuiet);

    public long Done => controllers.Sum(controller => controller.Done);

    public long Unknown => controllers.Sum(controller => controller.Unknown);

    public void Begin()
    {
        foreach (var controller in controllers)
            controller.Begin();
    }

    public void Stop()
    {
        foreach (var controller in controllers)
            controller.Stop();
    }

    public void ReadBack(IReadOnlyList<SimulatedNode> nodes)
    {
        foreach (var controller in controllers)
            controller.ReadBack(nodes);
    }

    public string? Judge() => Violation ?? book.Judge();
}
