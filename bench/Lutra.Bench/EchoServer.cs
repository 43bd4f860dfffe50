using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Lutra.Bench;

/// <summary>The limit that REST is measured against: Kestrel that reads a body and sends it back.</summary>
internal static class EchoServer
{
    public static async Task<int> RunAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port));
        var application = builder.Build();
        application.Run(async http =>
        {
            var body = http.Request.BodyReader;
            var read = await body.ReadAsync();
            while (!read.IsCompleted)
            {
                body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                read = await body.ReadAsync();
            }

            http.Response.ContentLength = read.Buffer.Length;
            foreach (var piece in read.Buffer)
                await http.Response.BodyWriter.WriteAsync(piece);
            body.AdvanceTo(read.Buffer.End);
        });
        await application.RunAsync();
        return 0;
    }
}
