using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Lutra.Cli.Output;

/// <summary>Writes answers to standard output: tables and colour for people, plain lines for pipes, JSON where asked for.</summary>
internal sealed class Answer(OutputFormat asked)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Colour and other escape codes never go into a pipe, whatever was asked for.
    private static readonly IAnsiConsole Out = AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect,
        ColorSystem = Console.IsOutputRedirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
    });

    public bool IsJson => asked == OutputFormat.Json;

    public bool IsTable => asked == OutputFormat.Table || (asked == OutputFormat.Auto && !Console.IsOutputRedirected);

    public static void Json(JsonNode node) => Console.Out.WriteLine(node.ToJsonString(Console.IsOutputRedirected ? null : Indented));

    /// <summary>Bytes as they are, and a line end after them on a terminal or where they are text.</summary>
    public static void Raw(ReadOnlySpan<byte> bytes)
    {
        Console.Out.Flush();
        using var stream = Console.OpenStandardOutput();
        stream.Write(bytes);
        stream.Write("\n"u8);
    }

    /// <summary>Keys and values for a line: text where they are text, else with the odd bytes as \xNN.</summary>
    public static string Text(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        while (!bytes.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(bytes, out var rune, out var consumed);
            if (status == System.Buffers.OperationStatus.Done && !Rune.IsControl(rune))
                text.Append(rune.ToString());
            else
                foreach (var odd in bytes[..consumed])
                    text.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\x{odd:x2}");
            bytes = bytes[consumed..];
        }

        return text.ToString();
    }

    /// <summary>Names that may hold anything, for a line: what would end it, or tell the terminal something, as \xNN.</summary>
    public static string Text(string name) => Text(Encoding.UTF8.GetBytes(name));

    /// <summary>A JSON object for a key and its value, with base64 where the bytes are not UTF-8.</summary>
    public static JsonObject Json(KeyValue found, bool withValue = true)
    {
        var json = new JsonObject();
        Bytes(json, "key", found.Key);
        if (withValue)
            Bytes(json, "value", found.Value);
        json["revision"] = found.ModRevision.Value;
        json["create_revision"] = found.CreateRevision.Value;
        json["version"] = found.Version;
        return json;
    }

    /// <summary>Columns for people; tab-separated lines in a pipe.</summary>
    public void Rows(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        if (!IsTable)
        {
            foreach (var row in rows)
                Console.Out.WriteLine(string.Join('\t', row));
            return;
        }

        var table = new Table { Border = TableBorder.Rounded };
        foreach (var column in columns)
            table.AddColumn(new TableColumn(new Markup($"[bold]{Markup.Escape(column)}[/]")));
        foreach (var row in rows)
            table.AddRow(row.Select(cell => new Markup(Markup.Escape(cell))).ToArray());
        Out.Write(table);
    }

    private static void Bytes(JsonObject json, string name, ReadOnlyMemory<byte> bytes)
    {
        if (System.Text.Unicode.Utf8.IsValid(bytes.Span))
            json[name] = Encoding.UTF8.GetString(bytes.Span);
        else
            json[name + "_base64"] = Convert.ToBase64String(bytes.Span);
    }
}
