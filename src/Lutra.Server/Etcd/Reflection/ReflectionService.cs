using Google.Protobuf.Reflection;
using Lutra.Server.Etcd.Grpc;
using Pb = Lutra.Protocol.Etcd;

namespace Lutra.Server.Etcd.Reflection;

/// <summary><c>grpc.reflection.v1</c>, and v1alpha with the same messages: tools ask here what there is to be called.</summary>
internal static class ReflectionService
{
    private const string Method = "ServerReflectionInfo";
    private static readonly string[] Names = ["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"];

    private static readonly FileDescriptor[] Files =
    [
        Pb.RpcReflection.Descriptor, Pb.V3LockReflection.Descriptor, Pb.V3ElectionReflection.Descriptor, Pb.HealthReflection.Descriptor,
        Pb.ReflectionReflection.Descriptor, Pb.KvReflection.Descriptor, Pb.AuthReflection.Descriptor,
    ];

    public static IEnumerable<EtcdMethod> Methods =>
        Names.Select(name => new StreamingMethod($"/{name}/{Method}", AnswerAsync) { Need = CallerNeed.Nobody, NeedsCluster = false });

    private static async Task AnswerAsync(EtcdCall call, MessageReader requests)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(call.Ended, call.Face.Stopping);
        while (await requests.ReadAsync(stop.Token))
        {
            var request = ProtoMethod.Parse(Pb.ServerReflectionRequest.Parser, requests.Message);
            var reply = Answer(call.Face, request);
            (reply.ValidHost, reply.OriginalRequest) = (request.Host, request);
            call.Send(reply);
            if (!await call.Reply.FlushAsync(stop.Token))
                return;
        }
    }

    private static Pb.ServerReflectionResponse Answer(EtcdFace face, Pb.ServerReflectionRequest request) => request.MessageRequestCase switch
    {
        Pb.ServerReflectionRequest.MessageRequestOneofCase.ListServices => List(face),
        Pb.ServerReflectionRequest.MessageRequestOneofCase.FileByFilename =>
            Describe(Files.FirstOrDefault(file => file.Name == request.FileByFilename), request.FileByFilename),
        Pb.ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol =>
            Describe(Files.FirstOrDefault(file => Holds(file, request.FileContainingSymbol)), request.FileContainingSymbol),
        Pb.ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType when Files.Any(file => Holds(file, request.AllExtensionNumbersOfType)) =>
            new() { AllExtensionNumbersResponse = new() { BaseTypeName = request.AllExtensionNumbersOfType } },
        Pb.ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType => NotFound(request.AllExtensionNumbersOfType),
        Pb.ServerReflectionRequest.MessageRequestOneofCase.FileContainingExtension => NotFound(request.FileContainingExtension.ContainingType),
        _ => throw new GrpcException(GrpcStatusCode.InvalidArgument, "a reflection request asks for nothing that is known"),
    };

    private static Pb.ServerReflectionResponse List(EtcdFace face)
    {
        var list = new Pb.ListServiceResponse();
        list.Service.AddRange(face.Services.Order(StringComparer.Ordinal).Select(name => new Pb.ServiceResponse { Name = name }));
        return new() { ListServicesResponse = list };
    }

    // The file, and whatever it rests on.
    private static Pb.ServerReflectionResponse Describe(FileDescriptor? file, string name)
    {
        if (file is null)
            return NotFound(name);
        var found = new Pb.FileDescriptorResponse { FileDescriptorProto = { file.SerializedData } };
        found.FileDescriptorProto.AddRange(file.Dependencies.Select(dependency => dependency.SerializedData));
        return new() { FileDescriptorResponse = found };
    }

    private static bool Holds(FileDescriptor file, string symbol) =>
        file.Services.Any(service => service.FullName == symbol || service.Methods.Any(method => method.FullName == symbol))
        || file.MessageTypes.Any(message => Holds(message, symbol))
        || file.EnumTypes.Any(one => one.FullName == symbol);

    private static bool Holds(MessageDescriptor message, string symbol) =>
        message.FullName == symbol || message.NestedTypes.Any(nested => Holds(nested, symbol)) || message.EnumTypes.Any(one => one.FullName == symbol)
        || message.Fields.InDeclarationOrder().Any(field => field.FullName == symbol);

    private static Pb.ServerReflectionResponse NotFound(string name) =>
        new() { ErrorResponse = new() { ErrorCode = (int)GrpcStatusCode.NotFound, ErrorMessage = $"not found: {name}" } };
}
