using System.Collections.Immutable;
using Lutra.Client.Tests.Support;

namespace Lutra.Client.Tests;

/// <summary>A lease that a program holds: renewed well before its end, and lost no later than servers can end it.</summary>
public sealed class HeldLeaseTests
{
    private static readonly HoldOptions TenSeconds = new() { TimeToLive = TimeSpan.FromSeconds(10) };

    [Fact]
    public async Task It_is_renewed_three_times_in_its_life_until_it_is_given_back()
    {
        var time = new ManualTime();
        var server = new LeaseServer();
        var lease = await HeldLease.GrantAsync(server, TenSeconds with { Time = time }, TestContext.Current.CancellationToken);
        await time.DriveAsync(server.KeptAlive(9));
        Assert.InRange(time.Elapsed, TimeSpan.FromSeconds(29), TimeSpan.FromSeconds(34));
        Assert.False(lease.Lost.IsCancellationRequested);
        await lease.DisposeAsync();
        await lease.DisposeAsync();
        Assert.True(lease.Lost.IsCancellationRequested);
        Assert.Equal([7], server.Revoked);
    }

    [Fact]
    public async Task K03_where_nobody_answers_it_is_lost_before_a_server_can_have_ended_it()
    {
        var time = new ManualTime();
        var server = new LeaseServer { Failure = new LutraException(LutraError.Unavailable, "Nobody is there.") };
        await using var lease = await HeldLease.GrantAsync(server, TenSeconds with { Time = time }, TestContext.Current.CancellationToken);
        await time.DriveAsync(Ended(lease.Lost));
        Assert.InRange(time.Elapsed, TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task K03_a_renewal_counts_from_when_it_was_asked_for_not_from_its_answer()
    {
        var time = new ManualTime();
        var server = new LeaseServer { Failure = new LutraException(LutraError.Unavailable, "Nobody is there."), SlowRenewals = 1, Time = time };
        await using var lease = await HeldLease.GrantAsync(server, TenSeconds with { Time = time }, TestContext.Current.CancellationToken);
        await time.DriveAsync(Ended(lease.Lost));
        // Asked for at 3.3 s, when the server may have renewed it; answered at 7.3 s.
        Assert.InRange(time.Elapsed, TimeSpan.FromSeconds(11), TimeSpan.FromSeconds(13.3));
    }

    [Fact]
    public async Task A_renewal_that_failed_is_tried_again_soon_and_the_lease_lives_on()
    {
        var time = new ManualTime();
        var server = new LeaseServer { Failure = new LutraException(LutraError.Unavailable, "Nobody is there."), Failures = 5 };
        await using var lease = await HeldLease.GrantAsync(server, TenSeconds with { Time = time }, TestContext.Current.CancellationToken);
        await time.DriveAsync(server.KeptAlive(2));
        Assert.False(lease.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task One_that_servers_know_no_more_is_lost_at_once()
    {
        var time = new ManualTime();
        var server = new LeaseServer { Failure = new LutraException(LutraError.LeaseNotFound, "It is over.") };
        await using var lease = await HeldLease.GrantAsync(server, TenSeconds with { Time = time }, TestContext.Current.CancellationToken);
        await time.DriveAsync(Ended(lease.Lost));
        Assert.InRange(time.Elapsed, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4));
    }

    [Fact]
    public async Task One_that_lives_for_a_year_is_renewed_too_though_no_timer_runs_for_so_long()
    {
        var time = new ManualTime();
        var server = new LeaseServer();
        await using var lease = await HeldLease.GrantAsync(
            server, new HoldOptions { TimeToLive = TimeSpan.FromDays(365), Time = time }, TestContext.Current.CancellationToken);
        await time.DriveAsync(server.KeptAlive(2));
        Assert.InRange(time.Elapsed, TimeSpan.FromDays(2), TimeSpan.FromDays(365));
        Assert.False(lease.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task K03_a_failure_that_nobody_thought_of_does_not_let_a_holder_believe_in_its_lease_for_ever()
    {
        var time = new ManualTime();
        var server = new LeaseServer { Failure = new ObjectDisposedException("the client") };
        await using var lease = await HeldLease.GrantAsync(server, TenSeconds with { Time = time }, TestContext.Current.CancellationToken);
        await time.DriveAsync(Ended(lease.Lost));
        Assert.InRange(time.Elapsed, TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task K03_a_server_that_hangs_does_not_cost_a_short_lease_while_another_answers()
    {
        var time = new ManualTime();
        var servers = new ScriptedTransport(ScriptedTransport.Step.Done, ScriptedTransport.Step.Hang);
        await using var client = new LutraClient(new LutraClientOptions { Endpoints = Endpoints.ParseList("a:1,b:2,c:3"), Time = time }, servers);
        await using var lease = await HeldLease.GrantAsync(
            client, new HoldOptions { TimeToLive = TimeSpan.FromSeconds(5), Time = time }, TestContext.Current.CancellationToken);
        await time.DriveAsync(Task.Run(async () =>
        {
            while (servers.Asked.Count < 3 && !lease.Lost.IsCancellationRequested)
                await Task.Yield();
        }));
        Assert.False(lease.Lost.IsCancellationRequested);
        Assert.Equal(["a", "a", "b"], servers.Asked.Take(3));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1.5)]
    [InlineData(1e9)]
    public async Task A_time_to_live_that_makes_no_sense_is_refused(double seconds) => Assert.Equal(
        LutraError.InvalidArgument,
        (await Assert.ThrowsAsync<LutraException>(() => HeldLease.GrantAsync(new LeaseServer(), new HoldOptions { TimeToLive = TimeSpan.FromSeconds(seconds) }).AsTask())).Error);

    private static Task Ended(CancellationToken token)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        token.Register(ended.SetResult);
        return ended.Task;
    }

    private sealed class LeaseServer : ILutraClient
    {
        private readonly TaskCompletionSource keptAlive = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int timesLeft;
        private long granted;

        public Exception? Failure { get; set; }

        /// <summary>So often it fails, then no more.</summary>
        public int Failures { get; set; } = int.MaxValue;

        /// <summary>So many renewals are answered after four seconds, before any fails.</summary>
        public int SlowRenewals { get; set; }

        public TimeProvider Time { get; init; } = TimeProvider.System;

        public List<long> Revoked { get; } = [];

        /// <summary>Done within the last of so many renewals, so that no time passes between them.</summary>
        public Task KeptAlive(int times)
        {
            timesLeft = times;
            return keptAlive.Task;
        }

        public ValueTask<GrantLeaseResult> GrantLeaseAsync(long ttlSeconds, long lease = 0, CancellationToken cancellationToken = default) =>
            new(new GrantLeaseResult(new Revision(1), 7, granted = ttlSeconds));

        public async ValueTask<LeaseStatus> KeepAliveAsync(long lease, CancellationToken cancellationToken = default)
        {
            if (SlowRenewals-- > 0)
                await Task.Delay(TimeSpan.FromSeconds(4), Time, cancellationToken);
            else if (Failure is { } failure && Failures-- > 0)
                throw failure;
            if (--timesLeft == 0)
                keptAlive.SetResult();
            return new LeaseStatus(lease, granted, granted, []);
        }

        public ValueTask<RevokeLeaseResult> RevokeLeaseAsync(long lease, CancellationToken cancellationToken = default)
        {
            Revoked.Add(lease);
            return new(new RevokeLeaseResult(new Revision(1)));
        }

        public ValueTask<PutResult> PutAsync(PutOperation put, WriteOptions options = default, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<DeleteResult> DeleteAsync(DeleteOperation delete, WriteOptions options = default, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<RangeResult> RangeAsync(RangeOperation range, ReadOptions options = default, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<TransactionResult> TransactAsync(TransactionOperation transaction, WriteOptions options = default, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public ValueTask<CompactResult> CompactAsync(Revision revision, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<LeaseStatus> LeaseAsync(long lease, bool withKeys = false, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<ImmutableArray<long>> LeasesAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public IAsyncEnumerable<WatchBatch> WatchAsync(WatchOperation watch, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public IAsyncEnumerable<ReadOnlyMemory<byte>> SnapshotAsync(ReadOptions options = default, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<NodeStatus> StatusAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<MemberList> MembersAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<MemberChangeResult> ChangeMembersAsync(MemberChange change, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask<string> MoveLeaderAsync(string? to = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
