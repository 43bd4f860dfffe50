using FsCheck;
using FsCheck.Fluent;
using Lutra.Raft;
using Lutra.Storage.Tables;

namespace Lutra.Storage.Tests.Tables;

public sealed class MemtableTests
{
    private static TableStore OpenEmpty() => new TableBed(options: new TableOptions()).Open();

    private static LogPosition At(ulong index) => new(new LogIndex(index), new Term(1));

    [Fact]
    public void Views_show_what_a_sorted_map_held_when_they_were_pinned() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            using var store = OpenEmpty();
            var model = new ModelState();
            var published = model.Copy();
            var views = new List<(TableView View, ModelState State)>();
            var version = 1ul;
            for (var step = 0; step < 150; step++)
            {
                switch (random.Next(12))
                {
                    case 0:
                        store.Publish(At(++version));
                        published = model.Copy();
                        break;
                    case 1:
                        views.Add((store.Pin(), published));
                        break;
                    case 2:
                        using (var everything = store.PinUnpublished())
                            model.AssertShownBy(everything, random);
                        break;
                    case 3:
                        version++;
                        break;
                    default:
                        var key = ModelKeys.Any(random);
                        var value = new byte[random.Next(20)];
                        random.NextBytes(value);
                        store.Put(key, version, value);
                        model.Put(key, version, value);
                        Assert.True(store.TryGet(key, ulong.MaxValue, out var found, out var read));
                        Assert.Equal(version, found);
                        Assert.Equal(value, read.ToArray());
                        break;
                }
            }
            foreach (var (view, state) in views)
            {
                state.AssertShownBy(view, random);
                view.Dispose();
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    [Fact]
    public void Keys_are_walked_past_any_number_of_versions_and_of_puts_that_a_view_does_not_see()
    {
        var random = new Random(6);
        var (store, model) = (OpenEmpty(), new ModelState());
        using var _ = store;
        var views = new List<(TableView View, ModelState State)>();
        for (var put = 0ul; put < 600; put++)
        {
            if (put % 150 == 149)
                views.Add((store.Pin(), model.Copy()));
            // Two keys are written all the time, from version 0 on, and one each time between them and beside them.
            foreach (var key in (byte[][])[[5], [7], [(byte)random.Next(12)]])
            {
                store.Put(key, put / 2, BitConverter.GetBytes(put));
                model.Put(key, put / 2, BitConverter.GetBytes(put));
            }

            store.Publish(At(put + 1));
        }

        foreach (var (view, state) in views)
        {
            state.AssertShownBy(view, random);
            view.Dispose();
        }
    }

    [Fact]
    public void The_same_version_put_again_replaces_the_value_and_older_views_keep_theirs()
    {
        using var store = OpenEmpty();
        store.Put("lease"u8, 7, "first"u8);
        store.Publish(At(7));
        using var before = store.Pin();
        store.Put("lease"u8, 7, "second"u8);
        store.Put("lease"u8, 7, "third"u8);
        Assert.True(store.TryGet("lease"u8, 7, out _, out var newest));
        Assert.Equal("third"u8, newest.Span);
        Assert.True(before.TryGet("lease"u8, 7, out _, out var old));
        Assert.Equal("first"u8, old.Span);
        using var cursor = before.OpenCursor();
        Assert.True(cursor.Seek([], ulong.MaxValue));
        Assert.Equal("first"u8, cursor.Value.Span);
        Assert.False(cursor.Next());
    }

    [Fact]
    public void Keys_of_64_KiB_and_values_of_several_MiB_are_kept_whole()
    {
        using var store = OpenEmpty();
        var random = new Random(5);
        var model = new ModelState();
        for (var i = 0; i < 12; i++)
        {
            var key = new byte[70_000 + i];
            var value = new byte[i % 3 == 0 ? 3_000_000 : i];
            random.NextBytes(key);
            random.NextBytes(value);
            store.Put(key, (ulong)i, value);
            model.Put(key, (ulong)i, value);
        }
        store.Publish(At(1));
        using var view = store.Pin();
        model.AssertShownBy(view, random);
    }

    [Fact]
    public async Task Readers_without_a_lock_see_whole_batches_while_the_writer_goes_on()
    {
        // Every batch writes its number to all the keys: a view that shows two numbers, or not all keys, shows half a batch.
        const int Keys = 40;
        const ulong Batches = 4_000;
        using var store = OpenEmpty();
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(reader => Task.Run(() =>
        {
            var random = new Random(reader);
            var views = 0;
            for (var last = 0ul; !done.IsCancellationRequested || views == 0; views++)
            {
                using var view = store.Pin();
                var batch = view.Applied.Index.Value;
                Assert.True(batch >= last);
                last = batch;
                if (batch == 0)
                    continue;
                var key = BitConverter.GetBytes(random.Next(Keys));
                Assert.True(view.TryGet(key, ulong.MaxValue, out var version, out var value));
                Assert.Equal(batch, version);
                Assert.Equal(batch, BitConverter.ToUInt64(value.Span));
                using var cursor = view.OpenCursor();
                var seen = 0;
                for (var valid = cursor.Seek([], ulong.MaxValue); valid; valid = cursor.Seek(cursor.Key.ToArray(), 0))
                {
                    Assert.Equal(batch, cursor.Version);
                    seen++;
                }
                Assert.Equal(Keys, seen);
                seen = 0;
                var keys = view.OpenKeys();
                for (var valid = keys.Seek([]); valid; valid = keys.Next(), seen++)
                {
                    Assert.True(keys.TryGet(ulong.MaxValue, out version, out _));
                    Assert.Equal(batch, version);
                }
                Assert.Equal(Keys, seen);
                seen = 0;
                for (var valid = cursor.SeekBefore([0xFF, 0xFF, 0xFF, 0xFF], 0); valid && seen < 10; valid = cursor.Previous())
                    seen++;
                Assert.Equal((int)Math.Min(10, (ulong)Keys * batch), seen);
            }
        }, TestContext.Current.CancellationToken)).ToArray();
        var order = Enumerable.Range(0, Keys).ToArray();
        var shuffle = new Random(9);
        for (var batch = 1ul; batch <= Batches && !readers.Any(reader => reader.IsFaulted); batch++)
        {
            shuffle.Shuffle(order);
            foreach (var key in order)
                store.Put(BitConverter.GetBytes(key), batch, BitConverter.GetBytes(batch));
            store.Publish(At(batch));
        }
        await done.CancelAsync();
        await Task.WhenAll(readers);
    }

    [Fact]
    public async Task A_reader_finds_an_old_key_whatever_is_linked_in_before_it_meanwhile()
    {
        const int Anchors = 64;
        var memtable = new Memtable();
        for (var anchor = 0; anchor < Anchors; anchor++)
            memtable.Put(Place(anchor, uint.MaxValue), 1, BitConverter.GetBytes(anchor));
        var written = false;
        var readers = Enumerable.Range(0, 3).Select(reader => Task.Run(() =>
        {
            for (var asked = reader; asked < Anchors || !Volatile.Read(ref written); asked++)
            {
                var anchor = asked % Anchors;
                Assert.True(memtable.TryGet(Place(anchor, uint.MaxValue), ulong.MaxValue, Anchors, out _, out var value));
                Assert.Equal(anchor, BitConverter.ToInt32(value.Span));
                var cursor = new MemtableCursor(memtable, Anchors);
                cursor.SeekBefore(Place(anchor, uint.MaxValue), ulong.MaxValue);
                Assert.Equal(anchor > 0, cursor.IsValid);
            }
        }, TestContext.Current.CancellationToken)).ToArray();
        var random = new Random(11);
        // Just before an anchor, nearer each time: where a search for it ends.
        for (var put = 0u; put < 20_000 && !readers.Any(reader => reader.IsFaulted); put++)
            memtable.Put(Place(random.Next(Anchors), put), 1, []);
        Volatile.Write(ref written, true);
        await Task.WhenAll(readers);
    }

    [Fact]
    public void The_newest_source_wins_where_two_hold_the_same_version()
    {
        var random = new Random(12);
        using var bed = new TableBed();
        var store = bed.Open();
        for (var turn = 0; turn < 6; turn++)
        {
            store.Put("b"u8, 7, [(byte)turn]);
            store.Put([(byte)turn], 7, [1]);
            store.Publish(TableBed.At(7 + (ulong)turn));
            Assert.True(store.TryGet("b"u8, 7, out _, out var newest));
            Assert.Equal([(byte)turn], newest.ToArray());
            for (var flushed = 0; flushed < 2; flushed++)
            {
                using var view = store.Pin();
                using var cursor = view.OpenCursor();
                Assert.True(cursor.Seek("b"u8, 7));
                Assert.Equal([(byte)turn], cursor.Value.ToArray());
                Assert.False(cursor.Next());
                Assert.True(cursor.SeekBefore("b"u8, 6));
                Assert.Equal([(byte)turn], cursor.Value.ToArray());
                Assert.True(cursor.Previous());
                Assert.Equal([(byte)turn], cursor.Key.ToArray());
                if (random.Next(2) == 0)
                    store.RequestFlush();
                bed.Settle();
            }
        }
    }

    private static byte[] Place(int anchor, uint before)
    {
        var key = new byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(key, anchor);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(key.AsSpan(4), before);
        return key;
    }
}
