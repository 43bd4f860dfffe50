using Lutra.Storage.Files;

namespace Lutra.Storage.Tests.Files;

/// <summary>What every <see cref="IFiles"/> promises: run against the operating system and against the simulated disk.</summary>
public abstract class FilesContract
{
    protected abstract IFiles Files { get; }

    /// <summary>Another process's view of the same folder.</summary>
    protected abstract IFiles OtherFiles { get; }

    /// <summary>Lets submitted requests complete.</summary>
    protected abstract void Settle();

    [Fact]
    public void What_was_written_is_read_back_at_its_place()
    {
        using var file = Files.Create("a");
        file.Write([1, 2, 3], 0);
        file.Write([9], 1);
        file.Write([5], 10);
        var bytes = new byte[20];
        Assert.Equal(11, file.Length);
        Assert.Equal(11, file.Read(bytes, 0));
        Assert.Equal([1, 9, 3, 0, 0, 0, 0, 0, 0, 0, 5], bytes[..11]);
    }

    [Fact]
    public void Reads_are_short_only_at_the_end()
    {
        using var file = Files.Create("a");
        file.Write(new byte[1500], 0);
        Assert.Equal(100, file.Read(new byte[100], 1300));
        Assert.Equal(50, file.Read(new byte[100], 1450));
        Assert.Equal(0, file.Read(new byte[100], 1500));
        Assert.Equal(0, file.Read(new byte[100], 5000));
    }

    [Fact]
    public void A_file_cut_short_and_made_longer_again_holds_zeros()
    {
        using var file = Files.Create("a");
        file.Write(Enumerable.Repeat((byte)7, 1500).ToArray(), 0);
        file.SetLength(700);
        file.SetLength(1500);
        var bytes = new byte[1500];
        Assert.Equal(1500, file.Read(bytes, 0));
        Assert.All(bytes[..700], value => Assert.Equal(7, value));
        Assert.All(bytes[700..], value => Assert.Equal(0, value));
    }

    [Fact]
    public void Create_refuses_a_name_that_is_taken_and_open_one_that_is_not_there()
    {
        Files.Create("a").Dispose();
        Assert.Contains("a", Assert.Throws<DiskException>(() => Files.Create("a")).Message, StringComparison.Ordinal);
        Assert.Throws<DiskException>(() => Files.Open("b", writable: false));
        Assert.Throws<DiskException>(() => Files.Length("b"));
        Assert.Throws<DiskException>(() => Files.Delete("b"));
        Assert.Throws<DiskException>(() => Files.Rename("b", "c"));
        Assert.Throws<DiskException>(() => Files.Create("nowhere/a"));
        Assert.Throws<DiskException>(() => Files.SyncDirectory("nowhere"));
    }

    [Fact]
    public void A_file_opened_for_reading_cannot_be_written()
    {
        Files.Create("a").Dispose();
        using var file = Files.Open("a", writable: false);
        Assert.Throws<DiskException>(() => file.Write([1], 0));
    }

    [Fact]
    public void Names_are_listed_in_order_folder_by_folder()
    {
        Files.CreateDirectory("x/y");
        Files.CreateDirectory("x/y");
        foreach (var name in (string[])["x/b", "x/B", "x/a", "x/y/c", "d"])
            Files.Create(name).Dispose();
        Assert.Equal(["B", "a", "b"], Files.List("x"));
        Assert.Equal(["c"], Files.List("x/y"));
        Assert.Contains("d", Files.List(""));
        Assert.Empty(Files.List("nowhere"));
    }

    [Fact]
    public void Rename_replaces_and_delete_removes()
    {
        Write("a", 1);
        Write("b", 2);
        Files.Rename("a", "b");
        Assert.False(Files.Exists("a"));
        Assert.Equal(1, ReadFirst("b"));
        Files.Delete("b");
        Assert.False(Files.Exists("b"));
        Files.SyncDirectory("");
    }

    [Fact]
    public void An_open_file_lives_on_under_its_new_name_and_after_its_deletion()
    {
        using var file = Files.Create("a");
        Files.Rename("a", "b");
        file.Write([4], 0);
        Assert.Equal(4, ReadFirst("b"));
        Files.Delete("b");
        var bytes = new byte[1];
        Assert.Equal(1, file.Read(bytes, 0));
        Assert.Equal(4, bytes[0]);
    }

    [Fact]
    public void A_request_writes_syncs_and_completes_once()
    {
        using var file = Files.Create("a");
        List<DiskException?> completions = [];
        Files.Submit(new DiskRequest(file, new byte[] { 1, 2 }, 3, Sync: true, completions.Add));
        Settle();
        Files.Submit(new DiskRequest(file, default, 0, Sync: true, completions.Add));
        Settle();
        Assert.Equal([null, null], completions);
        Assert.Equal(5, file.Length);
    }

    [Fact]
    public void A_request_that_fails_completes_with_its_error()
    {
        Files.Create("a").Dispose();
        using var file = Files.Open("a", writable: false);
        DiskException? failure = null;
        Files.Submit(new DiskRequest(file, new byte[] { 1 }, 0, Sync: true, result => failure = result));
        Settle();
        Assert.EndsWith("a", failure?.Path, StringComparison.Ordinal);
    }

    [Fact]
    public void D13_X08_a_folder_is_held_by_one_at_a_time()
    {
        var first = Files.Lock("lock");
        Assert.Throws<FolderInUseException>(() => OtherFiles.Lock("lock"));
        first.Dispose();
        OtherFiles.Lock("lock").Dispose();
    }

    private void Write(string path, byte value)
    {
        using var file = Files.Create(path);
        file.Write([value], 0);
        file.Sync();
    }

    private byte ReadFirst(string path)
    {
        using var file = Files.Open(path, writable: false);
        var bytes = new byte[1];
        Assert.Equal(1, file.Read(bytes, 0));
        return bytes[0];
    }
}
