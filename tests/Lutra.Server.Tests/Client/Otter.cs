using System.Text.Json.Serialization;

namespace Lutra.Server.Tests.Client;

internal sealed record Otter(string Name, int Age);

[JsonSerializable(typeof(Otter))]
internal sealed partial class OtterJson : JsonSerializerContext;
