using Lutra.Node.Hosting;
using Lutra.Node.Watches;

namespace Lutra;

/// <summary>
/// A watch on this node for one who follows many at once and wants no task for each: it is asked for what there is, and says when there may be more. For one
/// thread at a time.
/// </summary>
public sealed class NodeWatch : IDisposable
{
    private readonly Watcher watcher;
    private readonly DamageGuard damage;

    internal NodeWatch(Watcher watcher, DamageGuard damage) => (this.watcher, this.damage) = (watcher, damage);

    /// <summary>
    /// What comes next; null where there is nothing yet: the signal follows when there may be. Throws <see cref="LutraException"/>: compacted, or the node stops.
    /// </summary>
    public WatchBatch? TryTake() => damage.Read(watcher, static each => each.TryTake());

    /// <summary>Up to where all that it wants was taken; none where it has not caught up, or its first revision is not there yet.</summary>
    public Revision Progress() => watcher.Progress();

    public void Dispose() => watcher.Close();
}
