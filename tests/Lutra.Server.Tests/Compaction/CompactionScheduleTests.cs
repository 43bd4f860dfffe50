using Lutra.Server.Compaction;

namespace Lutra.Server.Tests.Compaction;

public sealed class CompactionScheduleTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void By_time_what_was_newest_a_period_ago_is_the_floor_and_then_again_every_period()
    {
        // A revision a minute.
        var done = Run(new AutoCompactionOptions { Period = TimeSpan.FromMinutes(30) }, hours: 2);
        Assert.Equal([(30, 100), (60, 130), (90, 160)], done);
    }

    [Fact]
    public void A_long_period_is_waited_for_once_and_then_an_hour_is_taken_every_hour()
    {
        var done = Run(new AutoCompactionOptions { Period = TimeSpan.FromHours(5) }, hours: 9);
        Assert.InRange(done[0].Minute, 300, 312);
        Assert.All(done.Zip(done.Skip(1)), pair => Assert.InRange(pair.Second.Minute - pair.First.Minute, 60, 66));
        Assert.All(done, one => Assert.InRange(one.Minute + 100 - one.UpTo, 300, 306));
    }

    [Fact]
    public void By_number_so_many_revisions_are_left_every_five_minutes()
    {
        var done = Run(new AutoCompactionOptions { Revisions = 20 }, hours: 1);
        Assert.Equal([(5, 85), (10, 90), (15, 95)], done.Take(3));
    }

    private static List<(int Minute, long UpTo)> Run(AutoCompactionOptions options, int hours)
    {
        var schedule = new CompactionSchedule(options, Start, 100);
        var done = new List<(int, long)>();
        for (var at = Start + schedule.Look; at < Start.AddHours(hours); at += schedule.Look)
        {
            var minute = (int)(at - Start).TotalMinutes;
            if (schedule.Ask(at, minute + 100) is > 0 and var upTo)
                done.Add((minute, upTo));
        }

        return done;
    }
}
