namespace Lutra.Storage.Tables;

/// <summary>A walk over the keys of one layer, in their order, each once.</summary>
internal abstract class KeySource
{
    public abstract bool IsValid { get; }

    /// <summary>Holds until the source moves.</summary>
    public abstract ReadOnlySpan<byte> Key { get; }

    /// <summary>The first key at or after <paramref name="key"/>.</summary>
    public abstract void Seek(ReadOnlySpan<byte> key);

    public abstract void Next();

    /// <summary>The layer's newest version of the key at hand at or below <paramref name="versionMax"/>.</summary>
    /// <param name="value">Holds as long as someone holds it.</param>
    public abstract bool TryGet(ulong versionMax, out ulong version, out ReadOnlyMemory<byte> value);
}
