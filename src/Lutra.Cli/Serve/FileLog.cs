using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Lutra.Cli.Serve;

/// <summary>
/// The log as lines of a file, while the terminal shows the shell. The file and the one before it hold at most so many bytes each. A file that cannot be
/// written any more costs the lines, not the node.
/// </summary>
internal sealed class FileLog : ILoggerProvider
{
    private const long BytesMax = 16 * 1024 * 1024;

    private readonly Lock gate = new();
    private readonly string path;
    private StreamWriter file;
    private long written;

    /// <exception cref="IOException">The file cannot be opened.</exception>
    public FileLog(string path)
    {
        this.path = path;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        file = Open(FileMode.Append);
        written = file.BaseStream.Length;
    }

    public ILogger CreateLogger(string categoryName) => new Lines(this, categoryName);

    public void Dispose()
    {
        lock (gate)
            file.Dispose();
    }

    private void Write(LogLevel level, string source, string message, Exception? failure)
    {
        var time = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var line = $"{time} {level}: {source}: {message}{(failure is null ? "" : $" {failure}")}";
        lock (gate)
        {
            try
            {
                if (written > BytesMax)
                    Rotate();
                file.WriteLine(line);
                written += line.Length + 1;
            }
            catch (Exception fault) when (fault is IOException or ObjectDisposedException)
            {
                // There is no other place to say it.
            }
        }
    }

    private void Rotate()
    {
        file.Dispose();
        File.Move(path, path + ".1", overwrite: true);
        file = Open(FileMode.Create);
        written = 0;
    }

    private StreamWriter Open(FileMode mode) => new(new FileStream(path, mode, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };

    private sealed class Lines(FileLog log, string source) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                log.Write(logLevel, source, formatter(state, exception), exception);
        }
    }
}
