using System.Collections.Immutable;
using Lutra.Keyspace.Auth;
using Lutra.Keyspace.Commands;
using static Lutra.Keyspace.Tests.Auth.AuthBed;

namespace Lutra.Keyspace.Tests.Auth;

/// <summary>Who may do what is decided when the entry is applied, on the state just before it.</summary>
public sealed class AuthDecisionTests : IDisposable
{
    private readonly KeyspaceBed bed = new();

    public AuthDecisionTests()
    {
        bed.AddRole("reader", Read("r", "s"));
        bed.AddRole("writer", Write("w", "x"));
        bed.AddUser("reader", "reader");
        bed.AddUser("writer", "writer");
        bed.AddUser("both", "reader", "writer");
        bed.AddUser("nothing");
        bed.Put("r1", "secret");
        bed.Put("w1", "old");
        bed.Enable();
    }

    [Fact]
    public void Where_users_are_not_asked_for_everybody_may_do_everything()
    {
        bed.Change(new DisableAuthCommand());
        Assert.Null(bed.DoAs(Caller.Nobody, new WriteCommand(Text.Put("x"))).Refusal);
        Assert.Null(bed.DoAs(Caller.User("who", 0), new CompactCommand(new Revision(2))).Refusal);
    }

    [Fact]
    public void Nobody_may_do_nothing_the_node_itself_and_root_everything()
    {
        Command[] commands = [new WriteCommand(Text.Put("x")), new CompactCommand(bed.Store.Revision), new GrantLeaseCommand(5, 10), new AddRoleCommand("n"), new RevokeLeaseCommand(5)];
        foreach (var command in commands)
            Assert.Equal(LutraError.UserRequired, Error(Caller.Nobody, command));
        foreach (var command in commands)
            Assert.Null(Error(bed.As("root"), command));
        bed.Change(new DeleteRoleCommand("n"));
        foreach (var command in commands.Where(command => command is not CompactCommand))
            Assert.Null(Error(Caller.Inside, command));
    }

    [Theory]
    [InlineData("w1", null)]
    [InlineData("w", null)]
    [InlineData("x", LutraError.Denied)]
    [InlineData("r1", LutraError.Denied)]
    public void A_put_needs_the_right_to_write_its_key(string key, LutraError? error) =>
        Assert.Equal(error, Error(bed.As("writer"), new WriteCommand(Text.Put(key))));

    [Fact]
    public void What_a_put_answers_needs_the_right_to_read()
    {
        var put = new PutOperation(Text.Bytes("w1"), Text.Bytes("v"), ReturnPrevious: true);
        Assert.Equal(LutraError.Denied, Error(bed.As("writer"), new WriteCommand(put)));
        Assert.Equal("w1=old 3/3/1", bed.Get("w1"));
        bed.Change(new GrantPermissionCommand("writer", Both("w1")));
        Assert.Null(Error(bed.As("writer"), new WriteCommand(put)));
    }

    [Fact]
    public void What_a_delete_answers_needs_the_right_to_read()
    {
        Assert.Equal(LutraError.Denied, Error(bed.As("writer"), new WriteCommand(new DeleteOperation(Text.Range("w", "x"), ReturnPrevious: true))));
        Assert.Null(Error(bed.As("writer"), new WriteCommand(new DeleteOperation(Text.Range("w", "x")))));
        Assert.Equal(LutraError.Denied, Error(bed.As("writer"), new WriteCommand(new DeleteOperation(Text.Range("w", "x\0")))));
        Assert.Equal(LutraError.Denied, Error(bed.As("writer"), new WriteCommand(new DeleteOperation(Text.Range("w", "")))));
    }

    public static TheoryData<string, TransactionOperation> Forbidden
    {
        get
        {
            var secret = new Compare(Text.Key("r1"), CompareTarget.Value, CompareResult.Equal, Value: Text.Bytes("s"));
            ImmutableArray<Operation> fine = [Text.Put("w2")];
            var data = new TheoryData<string, TransactionOperation>
            {
                { "compare", new([secret], fine, []) },
                { "then reads", new([], [Text.Get("r1")], []) },
                { "else reads", new([], fine, [Text.Get("r1")]) },
                { "else, not taken, writes", new([], fine, [Text.Put("x1")]) },
                { "else deletes", new([], fine, [Text.Delete("x1")]) },
                { "previous value", new([], [new PutOperation(Text.Bytes("w1"), Text.Bytes(""), ReturnPrevious: true)], []) },
                { "previous values", new([], [new DeleteOperation(Text.Range("w", "x"), ReturnPrevious: true)], []) },
                { "range of compare", new([new Compare(Text.Range("r", "s"), CompareTarget.Version, CompareResult.Equal)], fine, []) },
            };
            foreach (var row in data.ToArray())
                data.Add("nested: " + row.Data.Item1, new([], [new TransactionOperation([], [], [row.Data.Item2])], []));
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Forbidden))]
    public void All_of_a_transaction_must_be_allowed_at_any_depth_on_both_branches(string what, TransactionOperation transaction)
    {
        Assert.NotEmpty(what);
        var before = bed.Store.Revision;
        Assert.Equal(LutraError.Denied, Error(bed.As("writer"), new WriteCommand(transaction)));
        Assert.Equal(before, bed.Store.Revision);
        Assert.Null(Error(bed.As("root"), new WriteCommand(transaction)));
    }

    [Fact]
    public void Rights_of_several_roles_count_together()
    {
        bed.AddRole("low", Both("k", "m"));
        bed.AddRole("high", Both("m", "p"));
        bed.AddRole("one", Both("p"));
        bed.AddUser("three", "low", "high", "one");
        Assert.Null(Error(bed.As("three"), new WriteCommand(new DeleteOperation(Text.Range("k", "p\0")))));
        Assert.Equal(LutraError.Denied, Error(bed.As("three"), new WriteCommand(new DeleteOperation(Text.Range("k", "p\0\0")))));
        bed.Change(new RevokeRoleCommand("three", "high"));
        Assert.Equal(LutraError.Denied, Error(bed.As("three"), new WriteCommand(new DeleteOperation(Text.Range("k", "p\0")))));
    }

    [Fact]
    public void A_put_on_a_lease_needs_the_right_to_write_all_its_keys()
    {
        Assert.Null(Error(bed.As("root"), new GrantLeaseCommand(7, 10)));
        Assert.Null(Error(bed.As("writer"), new WriteCommand(Text.Put("w2", lease: 7))));
        Assert.Null(Error(bed.As("root"), new WriteCommand(Text.Put("x", lease: 7))));
        Assert.Equal(LutraError.Denied, Error(bed.As("writer"), new WriteCommand(Text.Put("w2", lease: 7))));
        Assert.Equal(LutraError.Denied, Error(bed.As("writer"), new WriteCommand(new TransactionOperation([], [], [Text.Put("w2", lease: 7)]))));
        Assert.Equal(LutraError.Denied, Error(bed.As("writer"), new RevokeLeaseCommand(7)));
        Assert.Null(Error(bed.As("root"), new WriteCommand(Text.Delete("x"))));
        Assert.Null(Error(bed.As("writer"), new RevokeLeaseCommand(7)));
        Assert.Equal("none", bed.Get("w2"));
    }

    [Fact]
    public void Any_user_grants_leases_only_root_compacts_and_changes_users()
    {
        Assert.Null(Error(bed.As("nothing"), new GrantLeaseCommand(7, 10)));
        Assert.Null(Error(bed.As("nothing"), new RevokeLeaseCommand(7)));
        Assert.Equal(LutraError.Denied, Error(bed.As("both"), new CompactCommand(bed.Store.Revision)));
        Assert.Equal(LutraError.Denied, Error(bed.As("both"), new AddUserCommand("x", Hash, false)));
        Assert.Equal(LutraError.Denied, Error(bed.As("both"), new DisableAuthCommand()));
        Assert.Equal(LutraError.Denied, Error(bed.As("both"), new SetPasswordCommand("both", Hash)));
        Assert.True(bed.Store.Auth.IsEnabled);
    }

    [Fact]
    public void Who_was_proved_before_the_last_change_of_users_does_nothing_not_even_as_root()
    {
        var (writer, root) = (bed.As("writer"), bed.As("root"));
        bed.AddUser("another");
        Assert.Equal(LutraError.AuthRevisionOld, Error(writer, new WriteCommand(Text.Put("w1"))));
        Assert.Equal(LutraError.AuthRevisionOld, Error(root, new WriteCommand(Text.Put("w1"))));
        Assert.Equal(LutraError.AuthRevisionOld, Error(root, new AddRoleCommand("more")));
        Assert.Equal(LutraError.AuthRevisionOld, Error(root, new GrantLeaseCommand(7, 10)));
    }

    [Fact]
    public void What_was_revoked_by_an_earlier_entry_is_revoked()
    {
        // In one batch, before anything is published: what readers still see does not decide.
        var caller = Caller.User("writer", bed.Store.Auth.Revision + 1);
        bed.Append(Encode(Caller.Inside, new RevokeRoleCommand("writer", "writer")), publish: false);
        Assert.Equal(LutraError.Denied, ErrorOf(bed.Append(Encode(caller, new WriteCommand(Text.Put("w1", "late"))))));
        Assert.Equal("w1=old 3/3/1", bed.Get("w1"));
    }

    [Fact]
    public void A_user_that_is_gone_does_nothing()
    {
        bed.Change(new DeleteUserCommand("writer"));
        Assert.Equal(LutraError.Denied, Error(bed.As("writer"), new WriteCommand(Text.Put("w1"))));
        Assert.Equal(LutraError.Denied, Error(bed.As("writer"), new GrantLeaseCommand(7, 10)));
    }

    [Fact]
    public void A_kept_answer_is_given_only_to_who_may_do_what_was_asked()
    {
        var get = new WriteCommand(new TransactionOperation([], [Text.Get("r1")], []));
        Assert.Null(bed.DoAs(bed.As("reader"), get, "key").Refusal);
        Assert.Null(bed.DoAs(bed.As("reader"), get, "key").Refusal);
        Assert.Equal(LutraError.Denied, ErrorOf(bed.DoAs(bed.As("writer"), get, "key")));
        Assert.Equal(LutraError.UserRequired, ErrorOf(bed.DoAs(Caller.Nobody, get, "key")));
        bed.Change(new RevokeRoleCommand("reader", "reader"));
        Assert.Equal(LutraError.Denied, ErrorOf(bed.DoAs(bed.As("reader"), get, "key")));
    }

    [Fact]
    public void What_was_refused_for_want_of_rights_may_be_done_under_the_same_key_later()
    {
        var put = new WriteCommand(Text.Put("x1", "v"));
        Assert.Equal(LutraError.Denied, ErrorOf(bed.DoAs(bed.As("writer"), put, "key")));
        bed.Change(new GrantPermissionCommand("writer", Write("x1")));
        Assert.Null(bed.DoAs(bed.As("writer"), put, "key").Refusal);
    }

    [Fact]
    public void What_a_leader_says_unasked_needs_no_user()
    {
        Assert.Null(Error(bed.As("root"), new GrantLeaseCommand(7, 10)));
        Assert.Null(Error(Caller.Nobody, new CheckpointLeasesCommand(1, [new LeaseRemaining(7, 3)])));
        Assert.Null(Error(Caller.Nobody, new RevokeLeaseCommand(7, Term: 1)));
        Assert.Null(Error(Caller.Nobody, new SetFeatureLevelCommand(KeyspaceLimits.FeatureLevel)));
        Assert.Null(Error(Caller.Nobody, new CloseSessionCommand(3, LastUsedMillis: 5)));
        Assert.Equal(LutraError.UserRequired, Error(Caller.Nobody, new CloseSessionCommand(3)));
    }

    [Fact]
    public void A_user_looks_at_itself_and_at_its_own_roles_root_at_all()
    {
        var auth = bed.Store.Auth;
        Assert.Null(auth.CheckLookAtUser(bed.As("reader"), "reader"));
        Assert.Equal(LutraError.Denied, auth.CheckLookAtUser(bed.As("reader"), "writer")?.Error);
        Assert.Null(auth.CheckLookAtUser(bed.As("root"), "writer"));
        Assert.Null(auth.CheckLookAtRole(bed.As("both"), "writer"));
        Assert.Equal(LutraError.Denied, auth.CheckLookAtRole(bed.As("reader"), "writer")?.Error);
        Assert.Equal(LutraError.UserRequired, auth.CheckLookAtRole(Caller.Nobody, "writer")?.Error);
        Assert.Null(auth.CheckLookAtRole(bed.As("root"), "writer"));
    }

    public void Dispose() => bed.Dispose();

    private LutraError? Error(Caller caller, Command command) => ErrorOf(bed.DoAs(caller, command));

    private byte[] Encode(Caller caller, Command command) =>
        CommandCodec.Encode(new CommandEnvelope(new ProposalId(7, (ulong)bed.Log.Count), bed.TimeMillis, Caller: caller), command);
}
