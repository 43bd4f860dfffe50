using Lutra.Bench;
using Lutra.Bench.Compare;
using Lutra.Bench.Load;

// Each benchmark measures Lutra beside a peer or a stated limit in the same run, and prints the ratio. See docs/performance.md.
return args switch
{
    ["commit", ..] => await CommitBench.RunAsync(),
    ["rest", var lutra] => await RestBench.RunAsync(lutra),
    ["restart", var lutra] => await RestartBench.RunAsync(lutra),
    ["idle", var lutra] => await IdleBench.RunAsync(lutra),
    ["watchers", var lutra, .. var rest] => await WatchersLoad.RunAsync(lutra, LoadOptions.Parse(rest)),
    ["leases", var lutra, .. var rest] => await LeasesLoad.RunAsync(lutra, LoadOptions.Parse(rest)),
    ["users", var lutra, .. var rest] => await UsersBench.RunAsync(lutra, LoadOptions.Parse(rest)),
    ["compare", var lutra, .. var rest] => await CompareBench.RunAsync(lutra, rest),
    ["echo", var port] => await EchoServer.RunAsync(int.Parse(port, System.Globalization.CultureInfo.InvariantCulture)),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("bench/run commit | rest | restart | idle | watchers | leases | users | compare");
    return 2;
}
