@echo off
rem Builds what is stale and runs lutra.
setlocal
set "root=%~dp0"
where dotnet >nul 2>nul || (echo lutra: the .NET 10 SDK is not on the PATH; install it, then run this again. 1>&2 & exit /b 1)
dotnet build "%root%src\Lutra.Cli\Lutra.Cli.csproj" --configuration Release --nologo -v quiet 1>&2 || (echo lutra: the build failed ^(above^). 1>&2 & exit /b 1)
dotnet "%root%src\Lutra.Cli\bin\Release\net10.0\lutra.dll" %*
exit /b %errorlevel%
