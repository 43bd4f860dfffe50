// Whole clusters of real processes: two tests at once would measure the machine.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
