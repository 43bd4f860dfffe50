using Lutra.Storage.Measures;

namespace Lutra.Server.Metrics;

/// <summary>Answers of the REST face, counted by the first digit of their status.</summary>
internal sealed class HttpMetrics
{
    private readonly Counter[] byClass = [new(), new(), new(), new(), new(), new()];

    public void Answered(int status) => byClass[Math.Clamp(status / 100, 0, byClass.Length - 1)].Add();

    public void Write(MetricsText text)
    {
        text.Family("lutra_http_answers_total", MetricKind.Counter, "Answers over REST, by the class of their status. Watches count when they end.");
        for (var first = 1; first < byClass.Length; first++)
            text.Sample(byClass[first].Value, "status", $"{first}xx");
    }
}
