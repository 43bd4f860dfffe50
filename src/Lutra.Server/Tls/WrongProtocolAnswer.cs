using System.Text;
using Lutra.Protocol;
using Microsoft.AspNetCore.Connections;

namespace Lutra.Server.Tls;

/// <summary>What is said to a caller in the clear at an address of TLS, and the other way round: HTTP that a person can read, whatever the caller expected.</summary>
internal static class WrongProtocolAnswer
{
    public static readonly string SpeakTls = Problem("This address speaks TLS: use https:// instead of http://.");
    public static readonly string SpeakClear = Problem("This address does not speak TLS: use http:// instead of https://.");

    private static string Problem(string detail) =>
        $$"""{"type":"urn:lutra:problem:{{ProblemCodes.InvalidArgument}}","title":"Wrong protocol","status":400,"detail":"{{detail}}","error":"Wrong protocol","code":"{{ProblemCodes.InvalidArgument}}"}""" + "\n";

    /// <summary>
    /// Says it, and waits until the caller has hung up: what it still sends would come to a closed connection, whose reset takes the answer from who has not read it yet.
    /// </summary>
    /// <param name="patience">Cancelled when the connection is closed in any case.</param>
    public static async Task WriteAsync(ConnectionContext connection, string text, CancellationToken patience)
    {
        try
        {
            await connection.Transport.Output.WriteAsync(Encoding.ASCII.GetBytes(
                $"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: application/problem+json\r\nContent-Length: {text.Length}\r\n\r\n{text}"), patience);
            var isOpen = true;
            while (isOpen)
            {
                var read = await connection.Transport.Input.ReadAsync(patience);
                connection.Transport.Input.AdvanceTo(read.Buffer.End);
                isOpen = !read.IsCompleted;
            }
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException)
        {
            // It hung up hard, or does not hang up.
        }

        await connection.Transport.Output.CompleteAsync();
    }
}
