namespace Lutra.Keyspace.Auth;

/// <summary>What entries did that the holders of tokens feel. Not part of the state: who starts anew knows no tokens.</summary>
public abstract record AuthEvent;

/// <summary>From here on <paramref name="Token"/> stands for <paramref name="User"/>.</summary>
public sealed record TokenGranted(string User, string Token) : AuthEvent;

/// <summary>The tokens of <paramref name="User"/> are void: it is gone, or its password is another.</summary>
public sealed record TokensOfUserVoid(string User) : AuthEvent;

/// <summary>All tokens are void.</summary>
public sealed record AllTokensVoid : AuthEvent;
