namespace Lutra.Cli.Dev;

/// <summary>Where <c>lutra dev</c> shows how its nodes are: a terminal, or lines in a pipe.</summary>
internal interface IDevScreen : IDisposable
{
    /// <summary>How the nodes are now.</summary>
    void Show(IReadOnlyList<DevNodeState> states);
}
