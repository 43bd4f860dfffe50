using Lutra.Cli;
using Lutra.Cli.Etcd;

return await CommandLine.RunAsync(CalledName.IsEtcd ? ["etcd", .. args] : args);
