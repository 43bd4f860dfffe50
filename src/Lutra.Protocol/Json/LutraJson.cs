using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lutra.Protocol;

/// <summary>
/// The JSON of every body, generated at build time. Names are in snake case, absent is the same as null, members that a request does not know are refused
/// (<see cref="Strict"/>) while those in answers are passed over (<see cref="Lenient"/>), so that old clients can talk to new servers.
/// </summary>
[JsonSerializable(typeof(KeyValueBody))]
[JsonSerializable(typeof(PutReply))]
[JsonSerializable(typeof(DeleteReply))]
[JsonSerializable(typeof(DuplicateReply))]
[JsonSerializable(typeof(KvReply))]
[JsonSerializable(typeof(PageReply))]
[JsonSerializable(typeof(TransactionBody))]
[JsonSerializable(typeof(TransactionReply))]
[JsonSerializable(typeof(CompactBody))]
[JsonSerializable(typeof(CompactReply))]
[JsonSerializable(typeof(GrantBody))]
[JsonSerializable(typeof(GrantReply))]
[JsonSerializable(typeof(RevokeReply))]
[JsonSerializable(typeof(LeaseReply))]
[JsonSerializable(typeof(LeasesReply))]
[JsonSerializable(typeof(WatchReply))]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(StatusReply))]
[JsonSerializable(typeof(MembersReply))]
[JsonSerializable(typeof(MemberBody))]
[JsonSerializable(typeof(LeaveBody))]
[JsonSerializable(typeof(MoveLeaderBody))]
[JsonSerializable(typeof(MemberChangeReply))]
[JsonSerializable(typeof(LeaderChangeReply))]
[JsonSerializable(typeof(AuthReply))]
[JsonSerializable(typeof(LoginBody))]
[JsonSerializable(typeof(TokenReply))]
[JsonSerializable(typeof(UserBody))]
[JsonSerializable(typeof(PasswordBody))]
[JsonSerializable(typeof(UserReply))]
[JsonSerializable(typeof(UsersReply))]
[JsonSerializable(typeof(RoleBody))]
[JsonSerializable(typeof(RoleReply))]
[JsonSerializable(typeof(RolesReply))]
[JsonSerializable(typeof(PermissionBody))]
[JsonSerializable(typeof(AuthChangeReply))]
[JsonSerializable(typeof(VersionReply))]
[JsonSerializable(typeof(HealthReply))]
public sealed partial class LutraJson : JsonSerializerContext
{
    /// <summary>How deep a body may nest.</summary>
    public const int DepthMax = 64;

    /// <summary>For reading requests.</summary>
    public static readonly LutraJson Strict = new(OptionsFor(JsonUnmappedMemberHandling.Disallow));

    /// <summary>For reading answers, and for writing.</summary>
    public static readonly LutraJson Lenient = new(OptionsFor(JsonUnmappedMemberHandling.Skip));

    /// <summary>For writing by hand: text stays readable, only what JSON itself needs is escaped.</summary>
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private static JsonSerializerOptions OptionsFor(JsonUnmappedMemberHandling unknown) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        AllowDuplicateProperties = false,
        MaxDepth = DepthMax,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = unknown,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };
}
