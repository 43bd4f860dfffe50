using System.Collections.Immutable;
using Lutra.Keyspace.Commands;
using Lutra.Storage.Tables;

namespace Lutra.Keyspace.Auth;

/// <summary>
/// Whether a caller may do what a command asks, decided on the state just before it, as every node has it: so what was revoked by an earlier entry is revoked.
/// All of a transaction must be allowed, both branches, whichever is taken: else its answer would tell what may not be read.
/// </summary>
internal sealed class AuthCheck(AuthState auth, Func<TableView> pin, Caller caller)
{
    public static Refusal? Check(AuthState auth, Func<TableView> pin, in Caller caller, Command command)
    {
        if (!auth.IsEnabled || caller.Kind == CallerKind.Inside)
            return null;
        var refusal = new AuthCheck(auth, pin, caller).Check(command);
        Marks.CommandDenied.HitIf(refusal is { Error: LutraError.Denied });
        Marks.CommandOfAnOldAuthRevision.HitIf(refusal is { Error: LutraError.AuthRevisionOld });
        return refusal;
    }

    private Refusal? Check(Command command) => command switch
    {
        WriteCommand write => auth.CheckUser(caller) ?? (auth.MayAll(caller) ? null : Check(write.Operation)),
        GrantLeaseCommand or OpenSessionCommand or CloseSessionCommand { LastUsedMillis: null } => auth.CheckUser(caller),
        RevokeLeaseCommand { Term: null } revoke => auth.CheckUser(caller) ?? (auth.MayAll(caller) ? null : CheckKeysOf(revoke.Lease)),
        CompactCommand => auth.CheckRoot(caller),

        // A node says so after it has seen the password.
        GrantTokenCommand => null,
        AuthCommand => auth.CheckRoot(caller),

        // What a leader says unasked: nobody outside has a way to.
        SetFeatureLevelCommand or CheckpointLeasesCommand or RevokeLeaseCommand or CloseSessionCommand => null,
        _ => auth.CheckRoot(caller),
    };

    private Refusal? Check(Operation operation) => operation switch
    {
        PutOperation put => auth.CheckWrite(caller, KeyRange.Single(put.Key))
            ?? (put.Lease != 0 ? CheckKeysOf(put.Lease) : null)
            ?? (put.ReturnPrevious ? auth.CheckRead(caller, KeyRange.Single(put.Key)) : null),
        DeleteOperation delete => auth.CheckWrite(caller, delete.Range) ?? (delete.ReturnPrevious ? auth.CheckRead(caller, delete.Range) : null),
        RangeOperation range => auth.CheckRead(caller, range.Range),
        TransactionOperation transaction => CheckCompares(transaction.Compares) ?? CheckAll(transaction.Then) ?? CheckAll(transaction.Else),
        _ => auth.CheckRoot(caller),
    };

    private Refusal? CheckCompares(ImmutableArray<Compare> compares)
    {
        foreach (var compare in compares)
        {
            if (auth.CheckRead(caller, compare.Range) is { } refusal)
                return refusal;
        }

        return null;
    }

    private Refusal? CheckAll(ImmutableArray<Operation> operations)
    {
        foreach (var operation in operations)
        {
            if (Check(operation) is { } refusal)
                return refusal;
        }

        return null;
    }

    // Whoever may attach keys to a lease, or end it, decides over all that hang on it.
    private Refusal? CheckKeysOf(long lease)
    {
        using var view = pin();
        foreach (var key in LeaseReader.KeysOf(view, lease))
        {
            if (auth.CheckWrite(caller, KeyRange.Single(key)) is { } refusal)
                return refusal;
        }

        return null;
    }
}
