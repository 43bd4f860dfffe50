namespace Lutra.Storage.Tables;

/// <summary>
/// A change of the set of tables: files are prepared in steps, one manifest edit makes the change durable (done by
/// <see cref="TableKeeper"/>, one at a time), then readers see it.
/// </summary>
internal abstract class TableJob
{
    /// <summary>A disk request of this job is on its way: neither step nor abandon it.</summary>
    public virtual bool IsBusy => false;

    /// <summary>
    /// Does a piece of the work; true once every file that the edit will name is synced under its name (the folder is not).
    /// </summary>
    public abstract bool Prepare();

    /// <summary>The manifest after the change; the same one where it needs no edit. Its next number is not this job's business.</summary>
    public abstract Manifest Apply(Manifest manifest);

    /// <summary>The edit is durable: show it.</summary>
    public abstract void Finish();

    /// <summary>Lets go of open files and leaves them as they are.</summary>
    public abstract void Close();

    /// <summary>The change will not be: remove what was prepared.</summary>
    public abstract void Abandon();
}
