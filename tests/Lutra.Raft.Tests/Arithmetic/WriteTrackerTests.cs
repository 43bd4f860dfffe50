namespace Lutra.Raft.Tests.Arithmetic;

public sealed class WriteTrackerTests
{
    private readonly TermHistory terms = new(At(4, 2));
    private readonly WriteTracker writes = new(new LogIndex(4));

    [Fact]
    public void Writes_complete_in_order_and_one_completion_may_stand_for_several()
    {
        Submit(At(5, 2));
        Submit(At(6, 2));
        Submit(At(7, 2));
        Assert.True(writes.Complete(At(6, 2), terms));
        Assert.Equal(new LogIndex(6), writes.Durable);
        Assert.False(writes.Complete(At(6, 2), terms));
        Assert.True(writes.Complete(At(7, 2), terms));
    }

    [Fact]
    public void L10_an_overwritten_write_makes_nothing_durable()
    {
        Submit(At(5, 2));
        Replace(5);
        Submit(At(5, 3));
        Assert.False(writes.Complete(At(5, 2), terms));
        Assert.Equal(new LogIndex(4), writes.Durable);
        Assert.True(writes.Complete(At(5, 3), terms));
    }

    [Fact]
    public void L10_nor_when_the_very_same_entry_comes_back()
    {
        Submit(At(5, 2));
        Replace(5);
        Submit(At(5, 3));
        Replace(5);
        terms.Append(At(5, 2));
        Assert.False(writes.MaySubmit(terms), "Two writes of the same position could not be told apart.");

        Assert.False(writes.Complete(At(5, 2), terms));
        Assert.True(writes.MaySubmit(terms));
        writes.Submit(At(5, 2));
        Assert.False(writes.Complete(At(5, 3), terms));
        Assert.Equal(new LogIndex(4), writes.Durable);
        Assert.True(writes.Complete(At(5, 2), terms));
        Assert.Equal(new LogIndex(5), writes.Durable);
    }

    [Fact]
    public void What_precedes_a_truncation_becomes_durable_with_the_write_that_follows()
    {
        Submit(At(5, 2), At(6, 2));
        Replace(6);
        Submit(At(6, 3));
        Assert.False(writes.Complete(At(6, 2), terms));
        Assert.True(writes.Complete(At(6, 3), terms));
        Assert.Equal(new LogIndex(6), writes.Durable);
    }

    [Fact]
    public void Truncating_what_is_durable_takes_it_back()
    {
        Submit(At(5, 2), At(6, 2));
        writes.Complete(At(6, 2), terms);
        Replace(6);
        Assert.Equal((new LogIndex(5), new LogIndex(5)), (writes.Durable, writes.Submitted));
    }

    [Fact]
    public void A_completion_within_a_write_counts_unless_another_was_overwritten()
    {
        Submit(At(5, 2), At(6, 2), At(7, 2));
        Assert.True(writes.Complete(At(6, 2), terms));
        Replace(7);
        Submit(At(7, 3), At(8, 3));
        Assert.False(writes.Complete(At(7, 3), terms));
        Assert.True(writes.Complete(At(8, 3), terms));
    }

    [Theory]
    [InlineData(5, 9)]
    [InlineData(9, 2)]
    [InlineData(4, 2)]
    public void A_position_that_was_not_submitted_makes_nothing_durable(int index, int term)
    {
        Submit(At(5, 2));
        Assert.False(writes.Complete(At(index, term), terms));
        Assert.Equal(new LogIndex(4), writes.Durable);
    }

    private static LogPosition At(int index, int term) => new(new LogIndex((ulong)index), new Term((ulong)term));

    private void Submit(params IReadOnlyList<LogPosition> entries)
    {
        foreach (var entry in entries)
            terms.Append(entry);
        Assert.True(writes.MaySubmit(terms));
        writes.Submit(entries[^1]);
    }

    private void Replace(int first)
    {
        terms.TruncateFrom(new LogIndex((ulong)first));
        writes.Overwrite(new LogIndex((ulong)first));
    }
}
