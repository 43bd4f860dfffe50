namespace Lutra.Storage.Tables;

/// <param name="Number">Unique in its folder, never used again.</param>
/// <param name="Checksum">CRC32C of the whole file.</param>
public sealed record TableFile(ulong Number, string Path, long LengthBytes, uint Checksum);
