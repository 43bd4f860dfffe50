namespace Lutra.Cli.Output;

/// <summary>How answers are written.</summary>
internal enum OutputFormat
{
    /// <summary>A table on a terminal, plain lines in a pipe.</summary>
    Auto,
    Table,
    Plain,
    Json,
}
