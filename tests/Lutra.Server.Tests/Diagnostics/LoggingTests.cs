using System.Text.Json;
using Lutra.Server.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Lutra.Server.Tests.Diagnostics;

/// <summary>Alone, because standard error belongs to the whole process.</summary>
[CollectionDefinition(nameof(LoggingTests), DisableParallelization = true)]
[Collection(nameof(LoggingTests))]
public sealed class LoggingTests
{
    [Fact]
    public void A_plain_log_has_a_line_an_event()
    {
        var lines = Capture(LogFormat.Plain);
        Assert.Single(lines);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z warn: Lutra\.Node\[0\] two lines 7$", lines[0]);
    }

    [Fact]
    public void A_json_log_has_an_object_an_event()
    {
        var lines = Capture(LogFormat.Json);
        Assert.Single(lines);
        var entry = JsonDocument.Parse(lines[0]).RootElement;
        Assert.Equal("Warning", entry.GetProperty("LogLevel").GetString());
        Assert.Equal("Lutra.Node", entry.GetProperty("Category").GetString());
        Assert.Equal(7, entry.GetProperty("State").GetProperty("Number").GetInt32());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", entry.GetProperty("Timestamp").GetString());
    }

    private static string[] Capture(LogFormat format)
    {
        var before = Console.Error;
        using var captured = new StringWriter();
        Console.SetError(captured);
        try
        {
            using (var factory = LoggerFactory.Create(logging => logging.AddLutraConsole(format)))
            {
#pragma warning disable CA1848, CA2254 // What is logged is the test here.
                factory.CreateLogger("Lutra.Node").LogWarning("two\nlines {Number}", 7);
                factory.CreateLogger("Lutra.Node").LogDebug("not said");
                factory.CreateLogger("Microsoft.AspNetCore.Hosting").LogInformation("not said either");
#pragma warning restore CA1848, CA2254
            }
        }
        finally
        {
            Console.SetError(before);
        }

        return captured.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
