using Lutra.Storage.Files;

namespace Lutra.Storage.Tests.Files;

public sealed class OsFilesTests : FilesContract, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("lutra-files-").FullName;

    public OsFilesTests()
    {
        Files = new OsFiles(Path.Combine(folder, "data"));
        OtherFiles = new OsFiles(Path.Combine(folder, "data"));
    }

    protected override IFiles Files { get; }

    protected override IFiles OtherFiles { get; }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    protected override void Settle()
    {
        // A real disk completes before Submit returns.
    }

    [Fact]
    public void Files_and_folders_are_their_owners_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        Files.CreateDirectory("x");
        Files.Create("x/a").Dispose();
        using var held = Files.Lock("lock");
        var (data, sub) = (Path.Combine(folder, "data"), Path.Combine(folder, "data", "x"));
        Assert.Equal("UserExecute, UserWrite, UserRead", ModeOf(data));
        Assert.Equal("UserExecute, UserWrite, UserRead", ModeOf(sub));
        Assert.Equal("UserWrite, UserRead", ModeOf(Path.Combine(sub, "a")));
        Assert.Equal("UserWrite, UserRead", ModeOf(Path.Combine(data, "lock")));
    }

    [Fact]
    public void D01_X01_an_error_of_a_sync_is_seen()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /dev.");
        // The kernel answers EINVAL to a sync of this device. FileStream.Flush(true) returns normally (pitfall X01).
        using var file = new OsFiles("/dev").Open("null", writable: true);
        var error = Assert.Throws<DiskException>(file.Sync);
        Assert.Equal("fdatasync of /dev/null failed: Invalid argument (error 22)", error.Message);
    }

    [Fact]
    public void X02_a_folder_is_synced_and_an_error_of_that_is_seen()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc.");
        Files.CreateDirectory("x");
        Files.SyncDirectory("x");
        Assert.Throws<DiskException>(() => Files.SyncDirectory("y"));
        // Nothing there can be synced, and the kernel says so.
        var error = Assert.Throws<DiskException>(() => new OsFiles("/proc").SyncDirectory("sys"));
        Assert.Contains("/proc/sys failed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void X03_a_write_has_left_the_process_when_the_call_returns()
    {
        using var file = Files.Create("a");
        file.Write([1, 2, 3], 0);
        Assert.Equal([1, 2, 3], File.ReadAllBytes(Path.Combine(Files.Location, "a")));
    }

    [Fact]
    public void D01_a_submitted_sync_completes_with_its_error()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /dev.");
        using var file = new OsFiles("/dev").Open("null", writable: true);
        DiskException? failure = null;
        Files.Submit(new DiskRequest(file, default, 0, Sync: true, result => failure = result));
        Assert.Equal("/dev/null", failure?.Path);
    }

    [Fact]
    public void D09_a_full_device_is_told_apart()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /dev.");
        using var file = new OsFiles("/dev").Open("full", writable: true);
        Assert.Equal("/dev/full", Assert.Throws<DiskFullException>(() => file.Write([1], 0)).Path);
    }

    [Fact]
    public void D13_the_message_names_the_process_that_holds_the_folder()
    {
        using var held = Files.Lock("lock");
        var error = Assert.Throws<FolderInUseException>(() => OtherFiles.Lock("lock"));
        Assert.Contains($"process {Environment.ProcessId}", error.Message, StringComparison.Ordinal);
        Assert.Contains(Files.Location, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void D13_a_lock_file_that_was_left_behind_holds_nothing()
    {
        File.WriteAllText(Path.Combine(Files.Location, "lock"), "some garbage that is longer than any process id");
        using (Files.Lock("lock"))
            Assert.Throws<FolderInUseException>(() => OtherFiles.Lock("lock"));
        OtherFiles.Lock("lock").Dispose();
    }

    [Fact]
    public void A_folder_that_may_not_be_written_is_named_with_the_reason()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.UserName == "root", "Needs a user without all rights.");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Files.Location, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var error = Assert.Throws<DiskException>(() => Files.Create("a"));
        Assert.Contains("permission denied", error.Message, StringComparison.Ordinal);
        Assert.Contains(Files.Location, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_reason_of_an_error_number_is_in_the_message()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Numbers of Unix.");
        Assert.Contains("permission denied for user", OsErrors.Of("/data/a", "open", 13).Message, StringComparison.Ordinal);
        Assert.Contains("permission denied for user", OsErrors.Of("/data/a", "open", new UnauthorizedAccessException()).Message, StringComparison.Ordinal);
        Assert.IsType<DiskFullException>(OsErrors.Of("/data/a", "fdatasync", 28));
        Assert.Equal("fdatasync of /data/a failed: Input/output error (error 5)", OsErrors.Of("/data/a", "fdatasync", 5).Message);
    }

    [Theory]
    [InlineData("../a")]
    [InlineData("x/../../a")]
    [InlineData("/etc/passwd")]
    public void No_path_leads_out_of_the_folder(string path) =>
        Assert.Throws<ArgumentException>(() => Files.Open(path, writable: false));

    private static string ModeOf(string path) => OperatingSystem.IsWindows() ? "" : File.GetUnixFileMode(path).ToString();
}
