using Lutra.Cli;

return await CommandLine.RunAsync(args);
