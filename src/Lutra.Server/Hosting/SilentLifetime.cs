using Microsoft.Extensions.Hosting;

namespace Lutra.Server.Hosting;

/// <summary>Leaves signals to the process around the server: it has a leadership to hand over first.</summary>
internal sealed class SilentLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
