using Lutra.Bench;

// Each benchmark measures Lutra beside a peer or a stated limit in the same run, and prints the ratio. See docs/performance.md.
return args switch
{
    ["commit", ..] => await CommitBench.RunAsync(),
    ["rest", var lutra] => await RestBench.RunAsync(lutra),
    ["restart", var lutra] => await RestartBench.RunAsync(lutra),
    ["idle", var lutra] => await IdleBench.RunAsync(lutra),
    ["echo", var port] => await EchoServer.RunAsync(int.Parse(port, System.Globalization.CultureInfo.InvariantCulture)),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("bench/run commit | rest | restart | idle");
    return 2;
}
