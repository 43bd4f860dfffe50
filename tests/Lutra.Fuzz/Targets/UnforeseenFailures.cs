using Microsoft.Extensions.Logging;

namespace Lutra.Fuzz.Targets;

/// <summary>Keeps what a face says to the log about failures that it did not foresee.</summary>
internal sealed class UnforeseenFailures : ILogger
{
    private Exception? first;

    public Exception? Take() => Interlocked.Exchange(ref first, null);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Interlocked.CompareExchange(ref first, exception ?? new InvalidDataException(formatter(state, exception)), null);
}
