using System.Security.Cryptography;

namespace Lutra.Node.Hosting;

/// <summary>The system's own source of randomness, for identities that must never repeat. Safe from many threads.</summary>
internal sealed class SystemRandom : Random
{
    public override int Next(int maxValue) => (int)NextInt64(0, maxValue);

    public override int Next(int minValue, int maxValue) => (int)NextInt64(minValue, maxValue);

    public override int Next() => RandomNumberGenerator.GetInt32(int.MaxValue);

    public override long NextInt64() => NextInt64(0, long.MaxValue);

    public override long NextInt64(long maxValue) => NextInt64(0, maxValue);

    public override long NextInt64(long minValue, long maxValue)
    {
        // The remainder of 64 random bits favours small numbers by less than one in two for every 2^64 / range: unseen for what this is used for.
        Span<byte> bytes = stackalloc byte[8];
        RandomNumberGenerator.Fill(bytes);
        var range = (ulong)(maxValue - minValue);
        return range == 0 ? minValue : minValue + (long)(BitConverter.ToUInt64(bytes) % range);
    }

    public override void NextBytes(byte[] buffer) => RandomNumberGenerator.Fill(buffer);

    public override void NextBytes(Span<byte> buffer) => RandomNumberGenerator.Fill(buffer);

    protected override double Sample() => NextInt64(1L << 53) / (double)(1L << 53);
}
