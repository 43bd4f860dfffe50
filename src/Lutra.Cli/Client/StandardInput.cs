namespace Lutra.Cli.Client;

/// <summary>What is piped in.</summary>
internal static class StandardInput
{
    private const int BytesMax = 16 * 1024 * 1024;

    public static async Task<byte[]> ReadAllAsync(CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        await using var input = Console.OpenStandardInput();
        var piece = new byte[64 * 1024];
        int read;
        while ((read = await input.ReadAsync(piece, cancellationToken)) > 0)
        {
            all.Write(piece, 0, read);
            if (all.Length > BytesMax)
                throw new LutraException(LutraError.TooLarge, $"Standard input has more than {BytesMax} bytes: too much for one request.");
        }

        return all.ToArray();
    }
}
