using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Lutra.Protocol;

namespace Lutra.Client.Rest;

/// <summary>One server over REST. Every call is one request, sent at most once.</summary>
internal sealed class RestEndpoint(HttpClient http, Uri endpoint) : ILutraClient
{
    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly string baseAddress = endpoint.AbsoluteUri.TrimEnd('/');
    private readonly string name = Endpoints.Name(endpoint);

    public ILutraUsers Users => new RestUsers(this);

    public async ValueTask<PutResult> PutAsync(PutOperation put, WriteOptions options = default, CancellationToken cancellationToken = default)
    {
        var target = new StringBuilder(KeyTarget.Of(put.Key.Span));
        var parameters = new Parameters(target);
        parameters.AddNonZero("lease", put.Lease);
        parameters.AddTrue("return_previous", put.ReturnPrevious);
        parameters.AddTrue("ignore_value", put.IgnoreValue);
        parameters.AddTrue("ignore_lease", put.IgnoreLease);
        using var content = new ReadOnlyMemoryContent(put.Value);
        content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.Bytes);
        var answer = await WriteAsync(HttpMethod.Put, target.ToString(), content, options, cancellationToken);
        return Parse(answer, LutraJson.Lenient.PutReply, ReplyReader.ToResult, isWrite: true);
    }

    public async ValueTask<DeleteResult> DeleteAsync(DeleteOperation delete, WriteOptions options = default, CancellationToken cancellationToken = default)
    {
        if (!delete.Range.IsSingleKey)
        {
            var transaction = await TransactAsync(new TransactionOperation([], [delete], []), options, cancellationToken);
            return transaction.Results is [DeleteResult only] ? only : throw Unreadable(isWrite: true, null);
        }

        var target = new StringBuilder(KeyTarget.Of(delete.Range.From.Span));
        new Parameters(target).AddTrue("return_previous", delete.ReturnPrevious);

        // A body, though an empty one: without any, the handler below would send the request again by itself when a kept connection breaks.
        using var nothing = new ByteArrayContent([]);
        var answer = await WriteAsync(HttpMethod.Delete, target.ToString(), nothing, options, cancellationToken);
        return Parse(answer, LutraJson.Lenient.DeleteReply, ReplyReader.ToResult, isWrite: true);
    }

    public async ValueTask<RangeResult> RangeAsync(RangeOperation range, ReadOptions options = default, CancellationToken cancellationToken = default)
    {
        var answer = await SendAsync(HttpMethod.Get, RangeTarget.Of(range, options), null, null, isWrite: false, cancellationToken);
        if (!RangeTarget.IsOneKey(range))
            return Parse(Succeeded(answer, isWrite: false), LutraJson.Lenient.PageReply, ReplyReader.ToResult, isWrite: false);
        if (answer.Status == HttpStatusCode.NotFound && ProblemReader.Read(answer.Body)?.Code == ProblemCodes.KeyNotFound)
            return new RangeResult(answer.Revision, [], 0, false);
        var found = Parse(Succeeded(answer, isWrite: false), LutraJson.Lenient.KeyValueBody, ReplyReader.ToKeyValue, isWrite: false);
        return new RangeResult(answer.Revision, [found], 1, false);
    }

    public async ValueTask<TransactionResult> TransactAsync(
        TransactionOperation transaction, WriteOptions options = default, CancellationToken cancellationToken = default)
    {
        using var content = Json(TransactionWriter.ToBody(transaction), LutraJson.Lenient.TransactionBody);
        var answer = await WriteAsync(HttpMethod.Post, "/txn", content, options, cancellationToken);
        return Parse(answer, LutraJson.Lenient.TransactionReply, ReplyReader.ToResult, isWrite: true);
    }

    public async ValueTask<CompactResult> CompactAsync(Revision revision, CancellationToken cancellationToken = default)
    {
        using var content = Json(new CompactBody { Revision = revision.Value }, LutraJson.Lenient.CompactBody);
        var answer = await WriteAsync(HttpMethod.Post, "/compact", content, default, cancellationToken);
        return Parse(answer, LutraJson.Lenient.CompactReply, static reply => new CompactResult(new Revision(reply.Revision)), isWrite: true);
    }

    public async ValueTask<GrantLeaseResult> GrantLeaseAsync(long ttlSeconds, long lease = 0, CancellationToken cancellationToken = default)
    {
        using var content = Json(new GrantBody { Ttl = ttlSeconds, Id = lease }, LutraJson.Lenient.GrantBody);
        var answer = await WriteAsync(HttpMethod.Post, "/leases", content, default, cancellationToken);
        return Parse(
            answer, LutraJson.Lenient.GrantReply, static reply => new GrantLeaseResult(new Revision(reply.Revision), reply.Lease, reply.Ttl), isWrite: true);
    }

    public async ValueTask<LeaseStatus> KeepAliveAsync(long lease, CancellationToken cancellationToken = default)
    {
        using var nothing = new ByteArrayContent([]);
        var answer = await SendAsync(HttpMethod.Post, LeaseTarget(lease) + "/keepalive", nothing, null, isWrite: false, cancellationToken);
        return Parse(Succeeded(answer, isWrite: false), LutraJson.Lenient.LeaseReply, ReplyReader.ToLease, isWrite: false);
    }

    public async ValueTask<RevokeLeaseResult> RevokeLeaseAsync(long lease, CancellationToken cancellationToken = default)
    {
        using var nothing = new ByteArrayContent([]);
        var answer = await WriteAsync(HttpMethod.Delete, LeaseTarget(lease), nothing, default, cancellationToken);
        return Parse(answer, LutraJson.Lenient.RevokeReply, static reply => new RevokeLeaseResult(new Revision(reply.Revision)), isWrite: true);
    }

    public async ValueTask<LeaseStatus> LeaseAsync(long lease, bool withKeys = false, CancellationToken cancellationToken = default)
    {
        var answer = await SendAsync(HttpMethod.Get, LeaseTarget(lease) + (withKeys ? "?keys=true" : ""), null, null, isWrite: false, cancellationToken);
        return Parse(Succeeded(answer, isWrite: false), LutraJson.Lenient.LeaseReply, ReplyReader.ToLease, isWrite: false);
    }

    public async ValueTask<ImmutableArray<long>> LeasesAsync(CancellationToken cancellationToken = default)
    {
        var answer = await SendAsync(HttpMethod.Get, "/leases", null, null, isWrite: false, cancellationToken);
        return Parse(
            Succeeded(answer, isWrite: false), LutraJson.Lenient.LeasesReply, static reply => reply.Leases.ToImmutableArray(), isWrite: false);
    }

    public IAsyncEnumerable<WatchBatch> WatchAsync(WatchOperation watch, CancellationToken cancellationToken = default) =>
        new RestWatch(http, baseAddress, name).FollowAsync(watch, cancellationToken);

    public IAsyncEnumerable<ReadOnlyMemory<byte>> SnapshotAsync(ReadOptions options = default, CancellationToken cancellationToken = default) =>
        new RestSnapshot(http, baseAddress, name).StreamAsync(options, cancellationToken);

    public async ValueTask<NodeStatus> StatusAsync(CancellationToken cancellationToken = default)
    {
        var answer = await SendAsync(HttpMethod.Get, "/status", null, null, isWrite: false, cancellationToken);
        return Parse(Succeeded(answer, isWrite: false), LutraJson.Lenient.StatusReply, ReplyReader.ToStatus, isWrite: false);
    }

    public async ValueTask<MemberList> MembersAsync(CancellationToken cancellationToken = default)
    {
        var answer = await SendAsync(HttpMethod.Get, "/members", null, null, isWrite: false, cancellationToken);
        return Parse(Succeeded(answer, isWrite: false), LutraJson.Lenient.MembersReply, ReplyReader.ToMembers, isWrite: false);
    }

    public async ValueTask<MemberChangeResult> ChangeMembersAsync(MemberChange change, CancellationToken cancellationToken = default)
    {
        var (method, target, body) = MemberTarget.Of(change);
        using var content = body is null ? new ByteArrayContent([]) : Json(body, LutraJson.Lenient.MemberBody);
        var answer = await WriteAsync(method, target, content, default, cancellationToken);
        return Parse(answer, LutraJson.Lenient.MemberChangeReply, ReplyReader.ToMemberChange, isWrite: true);
    }

    public async ValueTask<string> MoveLeaderAsync(string? to = null, CancellationToken cancellationToken = default)
    {
        using var content = Json(new MoveLeaderBody { To = to }, LutraJson.Lenient.MoveLeaderBody);
        var answer = await WriteAsync(HttpMethod.Post, "/leader", content, default, cancellationToken);
        return Parse(answer, LutraJson.Lenient.LeaderChangeReply, static reply => reply.LeaderId, isWrite: true);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string LeaseTarget(long lease) => string.Create(CultureInfo.InvariantCulture, $"/leases/{lease}");

    /// <summary>Asks for something.</summary>
    internal async ValueTask<TResult> AskAsync<TReply, TResult>(string target, JsonTypeInfo<TReply> shape, Func<TReply, TResult> read, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(HttpMethod.Get, target, null, null, isWrite: false, cancellationToken);
        return Parse(Succeeded(answer, isWrite: false), shape, read, isWrite: false);
    }

    /// <summary>Changes something.</summary>
    internal async ValueTask<TResult> ChangeAsync<TReply, TResult>(
        HttpMethod method, string target, HttpContent? body, JsonTypeInfo<TReply> shape, Func<TReply, TResult> read, CancellationToken cancellationToken)
    {
        using var content = body ?? new ByteArrayContent([]);
        return Parse(await WriteAsync(method, target, content, default, cancellationToken), shape, read, isWrite: true);
    }

    internal static ByteArrayContent Json<T>(T body, JsonTypeInfo<T> shape)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, shape));
        content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.Json);
        return content;
    }

    private async ValueTask<Answer> WriteAsync(
        HttpMethod method, string target, HttpContent content, WriteOptions options, CancellationToken cancellationToken) =>
        Succeeded(await SendAsync(method, target, content, options.IdempotencyKey, isWrite: true, cancellationToken), isWrite: true);

    private async ValueTask<Answer> SendAsync(
        HttpMethod method, string target, HttpContent? content, string? idempotencyKey, bool isWrite, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(baseAddress + target, AsWritten)) { Content = content };
        if (idempotencyKey is not null)
            request.Headers.TryAddWithoutValidation(LutraHeaders.IdempotencyKey, idempotencyKey);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
            return new Answer(response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken), RevisionOf(response));
        }
        catch (HttpRequestException failure) when (Connecting.IsBeforeSending(failure))
        {
            throw new LutraException(LutraError.Unavailable, $"{name} cannot be reached: {Connecting.WhyNot(failure)}.", failure);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw isWrite
                ? new LutraException(
                    LutraError.OutcomeUnknown, $"The connection to {name} broke before the answer came: the write may or may not be done.", failure)
                : new LutraException(LutraError.Unavailable, $"The connection to {name} broke before the answer came.", failure);
        }
    }

    private static Revision RevisionOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues(LutraHeaders.Revision, out var values)
        && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            ? new Revision(revision)
            : Revision.None;

    private Answer Succeeded(Answer answer, bool isWrite) => answer.Status == HttpStatusCode.OK
        ? answer
        : throw ProblemReader.ToException(answer.Status, ProblemReader.Read(answer.Body), isWrite, name);

    private TResult Parse<TReply, TResult>(Answer answer, JsonTypeInfo<TReply> shape, Func<TReply, TResult> read, bool isWrite)
    {
        try
        {
            var reply = JsonSerializer.Deserialize(answer.Body, shape);
            return reply is null ? throw Unreadable(isWrite, null) : read(reply);
        }
        catch (Exception broken) when (broken is JsonException or FormatException or ArgumentNullException or InvalidOperationException)
        {
            throw Unreadable(isWrite, broken);
        }
    }

    private LutraException Unreadable(bool isWrite, Exception? cause) => isWrite
        ? new LutraException(LutraError.OutcomeUnknown, $"{name} answered, but not in words that this client knows: the write may or may not be done.", cause)
        : new LutraException(LutraError.Unavailable, $"{name} answered, but not in words that this client knows.", cause);

    private sealed record Answer(HttpStatusCode Status, byte[] Body, Revision Revision);
}
