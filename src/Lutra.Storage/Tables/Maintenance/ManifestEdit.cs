using Lutra.Storage.Files;

namespace Lutra.Storage.Tables;

/// <summary>
/// Makes a manifest the durable one: written beside the last, synced, renamed over it, the folder synced (pitfalls D07, S02). A crash
/// leaves the last or the new one. The tables that it names are durable, their names too, before it begins.
/// </summary>
internal sealed class ManifestEdit(IFiles files, Action wake, Manifest manifest)
{
    private readonly DiskTurn disk = new(files, wake);
    private IFile? file;
    private State state;

    private enum State
    {
        NotWritten,
        Writing,
        Syncing,
    }

    public Manifest Manifest => manifest;

    public bool IsBusy => disk.IsBusy;

    /// <summary>Nothing was synced yet: a failure so far loses nothing, and the edit may begin again.</summary>
    public bool MayBeginAgain => state != State.Syncing;

    /// <summary>True once it is durable. After an exception call <see cref="BeginAgain"/> or give up.</summary>
    public bool Step()
    {
        disk.ThrowIfFailed();
        switch (state)
        {
            case State.NotWritten:
                file = files.Create(ManifestFile.NewPath);
                state = State.Writing;
                disk.Submit(file, manifest.ToBytes(), 0, sync: false);
                return false;
            case State.Writing:
                state = State.Syncing;
                disk.Submit(file!, ReadOnlyMemory<byte>.Empty, 0, sync: true);
                return false;
            default:
                file!.Dispose();
                files.Rename(ManifestFile.NewPath, ManifestFile.Path);
                files.SyncDirectory(ManifestFile.Folder);
                return true;
        }
    }

    public void Close() => file?.Dispose();

    public void BeginAgain()
    {
        state = State.NotWritten;
        Close();
        file = null;
        if (files.Exists(ManifestFile.NewPath))
            files.Delete(ManifestFile.NewPath);
    }
}
