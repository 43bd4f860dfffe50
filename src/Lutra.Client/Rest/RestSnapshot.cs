using System.Buffers;
using System.Net;
using System.Runtime.CompilerServices;

namespace Lutra.Client.Rest;

/// <summary>A snapshot from one server, as it comes over the connection.</summary>
internal sealed class RestSnapshot(HttpClient http, string baseAddress, string name)
{
    private const int PieceBytes = 128 * 1024;

    // The server may have to read through much that is gone before it finds more.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);

    private readonly LongAnswer answer = new(name, Silence, " The snapshot is not whole.");

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(ReadOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(Silence);
        var target = options.Consistency == Consistency.Local ? "/snapshot?consistency=local" : "/snapshot";
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(baseAddress + target));
        using var response = await answer.NextAsync(() => http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token), cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            var body = await answer.NextAsync(() => response.Content.ReadAsByteArrayAsync(silence.Token), cancellationToken);
            throw ProblemReader.ToException(response.StatusCode, ProblemReader.Read(body), isWrite: false, name);
        }

        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            while (true)
            {
                silence.CancelAfter(Silence);
                var read = await answer.NextAsync(() => stream.ReadAsync(piece, silence.Token).AsTask(), cancellationToken);
                if (read == 0)
                    yield break;
                yield return piece.AsMemory(0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }
}
