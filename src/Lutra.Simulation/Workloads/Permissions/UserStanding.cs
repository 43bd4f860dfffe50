namespace Lutra.Simulation.Workloads.Permissions;

/// <summary>What one user may, as those know it who were told that it was granted or taken away; and whether its token counts.</summary>
/// <param name="right">What the role of its name is granted, while it is.</param>
internal sealed class UserStanding(PermissionBook book, Permission right)
{
    private readonly List<string> oldTokens = [];
    private bool isPasswordChanged;
    private int timesOffBefore;

    public Permission Right => right;

    public bool HasRole { get; set; } = true;

    public bool HasRight { get; set; }

    public bool IsGone { get; private set; }

    public bool MayRead => HasRole && HasRight && !IsGone && right.Kind != PermissionKind.Write;

    public bool MayWrite => HasRole && HasRight && !IsGone && right.Kind != PermissionKind.Read;

    /// <summary>Null: it has none.</summary>
    public string? Token { get; private set; }

    public bool IsTokenOver => Token is not null && (isPasswordChanged || timesOffBefore != book.TimesOff);

    /// <summary>The auth revision under which a password was seen that has been changed since; null: none was.</summary>
    public ulong? OldProof { get; private set; }

    public void Deleted() => (HasRole, IsGone, isPasswordChanged) = (false, true, true);

    /// <summary>Another user of that name has neither role nor token.</summary>
    public void AddedAgain() => IsGone = false;

    public void PasswordChanged(ulong oldProof) => (isPasswordChanged, OldProof) = (true, oldProof);

    public void LoggedIn(string token) => (Token, isPasswordChanged, timesOffBefore) = (token, false, book.TimesOff);

    public void ForgetToken()
    {
        oldTokens.Add(Token!);
        Token = null;
    }

    /// <summary>The token, or one of those that are over; null: none.</summary>
    public (string Text, bool IsOver)? DrawToken(Random random)
    {
        if (oldTokens.Count > 0 && random.Next(3) == 0)
            return (oldTokens[random.Next(oldTokens.Count)], true);
        return Token is { } token ? (token, IsTokenOver) : null;
    }
}
