using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Lutra.Protocol;

namespace Lutra.Client.Rest;

/// <summary>A watch at one server, for as long as the connection lasts.</summary>
internal sealed class RestWatch(HttpClient http, string baseAddress, string name)
{
    private const int MessageBytesMax = 512 * 1024 * 1024;

    // The server says at least every 15 seconds that it is there.
    private const int ProgressSeconds = 15;
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3 * ProgressSeconds);
    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly LongAnswer answer = new(name, Silence);

    public async IAsyncEnumerable<WatchBatch> FollowAsync(WatchOperation watch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(Silence);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(baseAddress + TargetOf(watch), AsWritten));
        using var response = await answer.NextAsync(() => http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token), cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            var body = await answer.NextAsync(() => response.Content.ReadAsByteArrayAsync(silence.Token), cancellationToken);
            throw ProblemReader.ToException(response.StatusCode, ProblemReader.Read(body), isWrite: false, name);
        }

        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var events = new EventReader(stream, MessageBytesMax);
        while (true)
        {
            silence.CancelAfter(Silence);
            if (await answer.NextAsync(() => events.ReadAsync(silence.Token).AsTask(), cancellationToken) is not { } message)
                throw new LutraException(LutraError.Unavailable, $"{name} has ended the watch.");
            if (message.Name == WatchMessages.Error)
                throw ProblemReader.ToException(HttpStatusCode.ServiceUnavailable, ProblemReader.Read(message.Data), isWrite: false, name);
            yield return Read(message.Data);
        }
    }

    private static string TargetOf(WatchOperation watch)
    {
        var target = new StringBuilder("/watch");
        var parameters = new Parameters(target);
        var (from, end) = watch.Range;
        if (end is null)
            parameters.Add("key_base64", Base64Url.EncodeToString(from.Span));
        else if (!from.IsEmpty)
            parameters.Add("from_base64", Base64Url.EncodeToString(from.Span));
        if (end is { IsEmpty: false } to)
            parameters.Add("to_base64", Base64Url.EncodeToString(to.Span));
        parameters.AddNonZero("revision", watch.From.Value);
        parameters.AddTrue("previous", watch.ReturnPrevious);
        if (watch.NoPuts)
            parameters.Add("filter", "no_puts");
        if (watch.NoDeletes)
            parameters.Add("filter", "no_deletes");
        var seconds = Math.Clamp((watch.ProgressEvery ?? TimeSpan.FromSeconds(ProgressSeconds)).TotalSeconds, 1, ProgressSeconds);
        parameters.Add("progress_seconds", ((int)seconds).ToString(CultureInfo.InvariantCulture));
        return target.ToString();
    }

    private WatchBatch Read(byte[] data)
    {
        try
        {
            var reply = JsonSerializer.Deserialize(data, LutraJson.Lenient.WatchReply) ?? throw new JsonException("null");
            return new WatchBatch(new Revision(reply.Revision), [.. reply.Events.Select(ToEvent)]);
        }
        catch (Exception broken) when (broken is JsonException or FormatException or ArgumentNullException)
        {
            throw new LutraException(LutraError.Unavailable, $"{name} answered, but not in words that this client knows.", broken);
        }
    }

    private static WatchEvent ToEvent(WatchEventReply reply) => new(
        reply.Type switch
        {
            WatchEventTypes.Put => false,
            WatchEventTypes.Delete => true,
            var other => throw new FormatException($"'{other}' is no kind of change."),
        },
        ReplyReader.ToKeyValue(reply.Kv),
        reply.Previous is { } previous ? ReplyReader.ToKeyValue(previous) : null);
}
