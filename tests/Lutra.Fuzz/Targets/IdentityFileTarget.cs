using System.Buffers.Binary;
using Lutra.Node.Identity;
using Lutra.Storage.Files;

namespace Lutra.Fuzz.Targets;

/// <summary>The file <c>identity</c>, two copies: which, if any, is believed. The first two bytes say how much of the input is the first copy; the rest of each is zeros.</summary>
internal sealed class IdentityFileTarget : FuzzTarget
{
    private const int LengthBytes = sizeof(ushort);

    private readonly IdentityTarget copies = new();

    public override string Name => "identity.file";

    public override int Share => 4;

    public override byte[] Example(Random random)
    {
        var (first, second) = (copies.Example(random), copies.Example(random));
        var length = new byte[LengthBytes];
        BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)first.Length);
        return [.. length, .. first, .. second];
    }

    public override byte[] Seal(byte[] input)
    {
        var (first, second) = Cut(input);
        copies.Seal(first.ToArray()).CopyTo(first);
        copies.Seal(second.ToArray()).CopyTo(second);
        return input;
    }

    public override void Parse(byte[] input)
    {
        var files = Bed(() => FilesWith(input));
        var identity = IdentityFile.Read(files);
        Require(identity.Node.Value != 0, "an identity without a node");
    }

    public override bool IsDeclared(Exception exception) => exception is DiskException or LutraException;

    private static MemoryFiles FilesWith(byte[] input)
    {
        var (first, second) = Cut(input);
        var file = new byte[2 * IdentityFormat.SlotBytes];
        first[..Math.Min(first.Length, IdentityFormat.SlotBytes)].CopyTo(file);
        second[..Math.Min(second.Length, IdentityFormat.SlotBytes)].CopyTo(file.AsMemory(IdentityFormat.SlotBytes));
        return new MemoryFiles { [IdentityFile.Path] = file };
    }

    private static (Memory<byte> First, Memory<byte> Second) Cut(byte[] input)
    {
        if (input.Length < LengthBytes)
            return default;
        var length = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(input), input.Length - LengthBytes);
        return (input.AsMemory(LengthBytes, length), input.AsMemory(LengthBytes + length));
    }
}
