using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Lutra.Node.Restore;

/// <summary>
/// Names the state that a restore makes: equal where the file and all that changes its meaning are, never 0. Nodes begin a cluster together only where it is the same
/// (<see cref="Identity.NodeIdentity.BaseState"/>).
/// </summary>
internal static class BaseStateName
{
    public static UInt128 Of(ReadOnlySpan<byte> snapshotSha256, long revisionJump)
    {
        Span<byte> source = stackalloc byte[SHA256.HashSizeInBytes + sizeof(long)];
        snapshotSha256.CopyTo(source);
        BinaryPrimitives.WriteInt64LittleEndian(source[SHA256.HashSizeInBytes..], revisionJump);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(source, digest);
        var name = BinaryPrimitives.ReadUInt128LittleEndian(digest);
        return name == 0 ? 1 : name;
    }
}
