using System.Text;
using Lutra.Cli.Client;

namespace Lutra.Cli.Tests;

public sealed class TransactionTextTests
{
    [Theory]
    [InlineData("value name = otter", CompareTarget.Value, CompareResult.Equal, 0)]
    [InlineData("version lock = 0", CompareTarget.Version, CompareResult.Equal, 0)]
    [InlineData("revision a < 7", CompareTarget.ModRevision, CompareResult.Less, 7)]
    [InlineData("created a != 7", CompareTarget.CreateRevision, CompareResult.NotEqual, 7)]
    [InlineData("exists a", CompareTarget.Version, CompareResult.Greater, 0)]
    [InlineData("missing a", CompareTarget.Version, CompareResult.Equal, 0)]
    public void Compares_are_read(string text, CompareTarget target, CompareResult result, long number)
    {
        var compare = TransactionText.Compare(text);
        Assert.Equal((target, result, number), (compare.Target, compare.Result, compare.Number));
    }

    [Fact]
    public void Operations_are_read()
    {
        var put = Assert.IsType<PutOperation>(TransactionText.Operation("put name 'an otter'"));
        Assert.Equal("an otter", Encoding.UTF8.GetString(put.Value.Span));
        Assert.True(Assert.IsType<RangeOperation>(TransactionText.Operation("get name")).Range.IsSingleKey);
        Assert.False(Assert.IsType<DeleteOperation>(TransactionText.Operation("del-prefix a/")).Range.IsSingleKey);
    }

    [Theory]
    [InlineData("value name")]
    [InlineData("size name = 7")]
    [InlineData("version name = many")]
    [InlineData("version name ~ 7")]
    [InlineData("")]
    public void What_is_no_compare_is_told(string text) =>
        Assert.Equal(LutraError.InvalidArgument, Assert.Throws<LutraException>(() => TransactionText.Compare(text)).Error);

    [Theory]
    [InlineData("put name")]
    [InlineData("fetch name")]
    [InlineData("get a b")]
    public void What_is_no_operation_is_told(string text) =>
        Assert.Equal(LutraError.InvalidArgument, Assert.Throws<LutraException>(() => TransactionText.Operation(text)).Error);
}
