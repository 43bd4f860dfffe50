// Real processes mostly wait, for elections and for disks: some tests side by side take a third of the time, and no test demands a figure of a machine that is busy.
[assembly: CollectionBehavior(MaxParallelThreads = 3)]
