using Lutra.Raft;

namespace Lutra.Storage.Tables;

/// <summary>Tables held for a transfer.</summary>
public sealed class TableSet : IDisposable
{
    public LogPosition Applied => throw new NotImplementedException();

    public IReadOnlyList<TableFile> Files => throw new NotImplementedException();

    /// <summary>Reads raw bytes of one of the files.</summary>
    public int Read(TableFile file, Span<byte> target, long offset) => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
