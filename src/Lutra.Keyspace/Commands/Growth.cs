namespace Lutra.Keyspace.Commands;

/// <summary>
/// Which commands may make the store larger for good, as etcd counts them: puts, in whichever branch of a transaction and however deep, and new leases. What is left
/// takes at most as much as it gives back once it is compacted.
/// </summary>
public static class Growth
{
    public static bool Needs(Command command) => command is GrantLeaseCommand || (command is WriteCommand write && Puts(write.Operation));

    private static bool Puts(Operation operation) =>
        operation is PutOperation || (operation is TransactionOperation transaction && (transaction.Then.Any(Puts) || transaction.Else.Any(Puts)));
}
