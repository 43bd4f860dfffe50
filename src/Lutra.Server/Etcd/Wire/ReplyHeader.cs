namespace Lutra.Server.Etcd.Wire;

/// <summary>Who answered, and at which revision of the store: field 1 of every reply.</summary>
/// <param name="Term">The member's own, which never goes back: Patroni gives up a node whose term does.</param>
internal readonly record struct ReplyHeader(ulong Cluster, ulong Member, long Revision, ulong Term)
{
    public const int Field = 1;

    /// <summary>A reply within a transaction names only its revision.</summary>
    public static ReplyHeader Inner(Revision revision) => new(0, 0, revision.Value, 0);

    public int SizeBytes => ProtoSize.Message(FieldsSizeBytes);

    private int FieldsSizeBytes =>
        ProtoSize.Number(Cluster) + ProtoSize.Number(Member) + ProtoSize.Number(Revision) + ProtoSize.Number(Term);

    public void Write(ref ProtoWriter target)
    {
        target.Message(Field, FieldsSizeBytes);
        target.Number(1, Cluster);
        target.Number(2, Member);
        target.Number(3, Revision);
        target.Number(4, Term);
    }

    public Protocol.Etcd.ResponseHeader ToMessage() => new() { ClusterId = Cluster, MemberId = Member, Revision = Revision, RaftTerm = Term };
}
