using Lutra.Simulation.Workloads.Quota;

namespace Lutra.Simulation.Tests.Workloads;

public sealed class AlarmBookTests
{
    private readonly AlarmBook book;
    private TimeSpan now = At(1);

    public AlarmBookTests() => book = new AlarmBook(() => now);

    [Fact]
    public void An_alarm_is_raised_for_certain_from_the_answer_until_its_end_is_asked_for()
    {
        var alarm = book.Raise(AlarmKind.NoSpace);
        Assert.False(book.WasRaised(AlarmKind.NoSpace, At(2)));
        now = At(2);
        alarm.Raised();
        Assert.False(book.WasRaised(AlarmKind.NoSpace, At(1)));
        Assert.True(book.WasRaised(AlarmKind.NoSpace, At(3)));
        Assert.False(book.WasRaised(AlarmKind.Corrupt, At(3)));
        Assert.Contains("is not in the list", book.Check([], At(3)), StringComparison.Ordinal);
        Assert.Null(book.Check([alarm.Alarm], At(3)));
        alarm.TakeBack();
        Assert.False(book.WasRaised(AlarmKind.NoSpace, At(3)));
        Assert.Null(book.Check([], At(3)));
    }

    [Fact]
    public void An_alarm_may_be_raised_until_its_end_is_known()
    {
        var alarm = book.Raise(AlarmKind.Corrupt);
        alarm.Raised();
        alarm.TakeBack();
        now = At(5);
        Assert.Null(book.Check([alarm.Alarm], At(4)));
        alarm.TakenBack();
        Assert.True(book.MayHaveBeenRaised(AlarmKind.Corrupt, At(4)));
        Assert.False(book.MayHaveBeenRaised(AlarmKind.Corrupt, At(6)));
        Assert.Contains("was taken back", book.Check([alarm.Alarm], At(6)), StringComparison.Ordinal);
        Assert.Empty(book.Open);
    }

    [Fact]
    public void An_alarm_of_which_nobody_knows_may_come_at_any_time()
    {
        var alarm = book.Raise(AlarmKind.NoSpace);
        alarm.MayCome();
        alarm.TakeBack();
        alarm.TakenBack();
        Assert.True(book.MayHaveBeenRaised(AlarmKind.NoSpace, At(100)));
        Assert.Null(book.Check([alarm.Alarm], At(100)));
    }

    [Fact]
    public void An_alarm_that_was_refused_or_that_nobody_raised_is_seen_in_the_list()
    {
        var alarm = book.Raise(AlarmKind.NoSpace);
        alarm.Refused();
        Assert.NotNull(book.Check([alarm.Alarm], At(2)));
        Assert.Contains("nobody raised", book.Check([new Alarm(77, AlarmKind.NoSpace)], At(2)), StringComparison.Ordinal);
    }

    private static TimeSpan At(int seconds) => TimeSpan.FromSeconds(seconds);
}
