using Lutra.Raft;

namespace Lutra.Storage.Tables;

/// <summary>What a reader that comes now sees: replaced as a whole, in one write.</summary>
/// <param name="Visible">How many puts into the active memtable.</param>
internal sealed record Published(Layers Layers, uint Visible, LogPosition Applied);
