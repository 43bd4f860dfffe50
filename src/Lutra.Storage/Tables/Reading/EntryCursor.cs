namespace Lutra.Storage.Tables;

/// <summary>A walk over the entries of one source, in <see cref="EntryOrder"/>. A source yields each (key, version) once.</summary>
internal abstract class EntryCursor
{
    public abstract bool IsValid { get; }

    /// <summary>Holds until the cursor moves.</summary>
    public abstract ReadOnlySpan<byte> Key { get; }

    public abstract ulong Version { get; }

    /// <summary>Holds as long as someone holds it: the bytes are never written over.</summary>
    public abstract ReadOnlyMemory<byte> Value { get; }

    /// <summary>The first entry at or after (<paramref name="key"/>, <paramref name="version"/>).</summary>
    public abstract void Seek(ReadOnlySpan<byte> key, ulong version);

    /// <summary>The last entry before (<paramref name="key"/>, <paramref name="version"/>).</summary>
    public abstract void SeekBefore(ReadOnlySpan<byte> key, ulong version);

    public abstract void Next();

    public abstract void Previous();

    public int CompareTo(ReadOnlySpan<byte> key, ulong version) => EntryOrder.Compare(Key, Version, key, version);
}
