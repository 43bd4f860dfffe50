using FsCheck;
using FsCheck.Fluent;
using Lutra.Keyspace.Auth;
using static Lutra.Keyspace.Tests.Auth.AuthBed;

namespace Lutra.Keyspace.Tests.Auth;

public sealed class KeyRightsTests
{
    private static readonly string[] Keys = ["\0", "\0\0", "a", "a\0", "a\0\0", "aa", "b", "b\0", "c", "\xff", "\xff\xff"];

    [Theory]
    [InlineData("a-c c-e", "a-e", true)]
    [InlineData("a-c d-e", "a-e", false)]
    [InlineData("a-c b-e", "b-d", true)]
    [InlineData("a-z b-c", "b-y", true)]
    [InlineData("a a\0", "a-a\0\0", true)]
    [InlineData("a", "a", true)]
    [InlineData("a", "a-", false)]
    [InlineData("a", "a-b", false)]
    [InlineData("a", "a-a\0", true)]
    [InlineData("a-", "b-", true)]
    [InlineData("b-", "a-", false)]
    [InlineData("\0-", "-", true)]
    [InlineData("a-", "-", false)]
    [InlineData("a-c c-", "a-", true)]
    [InlineData("", "a", false)]
    public void A_range_is_covered_by_all_rights_together(string rights, string asked, bool covered) =>
        Assert.Equal(covered, KeyRights.Of(rights.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Of)).Cover(Of(asked)));

    [Fact]
    public void It_is_what_asking_every_key_that_matters_comes_to() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new System.Random(seed);
            var ranges = Enumerable.Range(0, random.Next(6)).Select(_ => Draw(random)).Where(range => AuthRules.CheckPermission(new Permission(PermissionKind.Read, range)) is null).ToArray();
            var asked = Draw(random);
            Assert.Equal(NaivelyCovered(ranges, asked), KeyRights.Of(ranges).Cover(asked));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

    // Between two bounds all keys fare alike: so of each such stretch its first key is asked.
    private static bool NaivelyCovered(KeyRange[] ranges, KeyRange asked)
    {
        var from = asked.From.IsEmpty ? Text.Bytes("\0") : asked.From;
        var whole = asked.IsSingleKey ? asked : new KeyRange(from, asked.End);
        var firsts = ranges.SelectMany(range => new[] { range.From, range.End ?? Text.Bytes(Text.From(range.From) + "\0") })
            .Where(key => !key.IsEmpty && whole.Contains(key.Span)).Append(from);
        return firsts.All(key => ranges.Any(range => range.Contains(key.Span)));
    }

    private static KeyRange Draw(System.Random random)
    {
        var from = Keys[random.Next(Keys.Length)];
        return random.Next(3) switch
        {
            0 => RangeOf(from, null),
            1 when random.Next(3) == 0 => RangeOf(random.Next(2) == 0 ? "" : from, ""),
            _ => Keys[random.Next(Keys.Length)] is var end && string.CompareOrdinal(from, end) < 0 ? RangeOf(from, end) : RangeOf(from, null),
        };
    }

    private static KeyRange Of(string text) => text.IndexOf('-', StringComparison.Ordinal) is >= 0 and var at ? RangeOf(text[..at], text[(at + 1)..]) : RangeOf(text, null);
}
