namespace Lutra.Cli;

/// <summary>What a script learns from <c>lutra</c>'s exit code.</summary>
internal enum ExitCode
{
    Ok = 0,

    /// <summary>It went wrong in a way that no other code names.</summary>
    Error = 1,

    /// <summary>The command line makes no sense.</summary>
    Usage = 2,

    NotFound = 3,

    /// <summary>A transaction's compares did not hold.</summary>
    CompareFailed = 4,

    /// <summary>No leader, no majority, or nobody answers: certainly not done.</summary>
    Unavailable = 5,

    Denied = 6,

    /// <summary>It may or may not have been done.</summary>
    UnknownOutcome = 7,
}
