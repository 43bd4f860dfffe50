using Lutra.Simulation.Workloads;

namespace Lutra.Simulation.Tests.Workloads;

public sealed class LockBookTests
{
    private readonly LockBook book = new(0);

    [Fact]
    public void I12_K03_a_lock_that_is_taken_before_its_lease_can_have_ended_is_a_violation()
    {
        Assert.Null(book.Taken(10, At(1), At(2), "one"));
        book.LivesUntil(10, At(8));
        Assert.NotNull(book.Taken(20, At(3), At(7), "two"));
    }

    [Fact]
    public void A_lock_that_was_given_up_may_be_taken_at_once()
    {
        book.Taken(10, At(1), At(2), "one");
        book.LivesUntil(10, At(8));
        book.GivenUp(10);
        Assert.Null(book.Taken(20, At(3), At(4), "two"));
    }

    [Fact]
    public void I12_a_lock_that_is_lost_before_its_lease_can_have_ended_is_a_violation()
    {
        book.Taken(10, At(1), At(2), "one");
        book.LivesUntil(10, At(8));
        Assert.NotNull(book.FoundGone(10, At(7)));
        Assert.Null(book.FoundGone(10, At(8)));
    }

    [Fact]
    public void I12_tokens_grow_but_for_an_answer_that_was_long_on_its_way()
    {
        book.Taken(20, At(3), At(4), "two");
        Assert.Null(book.Taken(10, At(1), At(5), "one"));
        Assert.NotNull(book.Taken(15, At(5), At(6), "three"));
    }

    [Fact]
    public void I12_K04_a_write_under_an_old_token_is_a_violation()
    {
        book.Taken(10, At(1), At(2), "one");
        book.Written(10, 12);
        Assert.Null(book.Judge());
        book.Taken(15, At(3), At(4), "two");
        Assert.Null(book.Judge());
        book.Written(10, 16);
        Assert.NotNull(book.Judge());
    }

    private static TimeSpan At(int seconds) => TimeSpan.FromSeconds(seconds);
}
