using System.Globalization;
using Lutra.Node.Identity;

namespace Lutra.Node.Formation;

/// <summary>
/// Reads <c>--peers</c> in its three grammars, which may be mixed: <c>id=host:port</c>, <c>host:port</c>, and a bare integer id, which means this node's host
/// and its port - its own id + that id (so that nodes 1, 2, 3 at localhost:3001, 3002, 3003 need no addresses).
/// </summary>
internal sealed class PeerListParser
{
    // More would only scroll away.
    private const int ErrorsMax = 20;
    // Each part is an entry or a fault. What a longer text holds beyond them stays in one piece, which nobody reads.
    private const int PartsMax = PeerList.EntriesMax + ErrorsMax + 1;

    private readonly string source;
    private readonly Label ownLabel;
    private readonly PeerAddress ownAddress;
    private readonly List<string> errors;
    private readonly List<PeerEntry> entries = [];

    private PeerListParser(string source, Label ownLabel, PeerAddress ownAddress, List<string> errors)
    {
        this.source = source;
        this.ownLabel = ownLabel;
        this.ownAddress = ownAddress;
        this.errors = errors;
    }

    /// <summary>Reads a list; null where something was wrong with it. Then <paramref name="errors"/> has a line for each fault, naming the value and where it came from.</summary>
    /// <param name="values">Each may hold several entries, with commas between them; blanks around an entry do not count.</param>
    /// <param name="source">Where the values came from, as a person knows it: "--peers", "LUTRA_PEERS".</param>
    public static PeerList? Parse(IEnumerable<string> values, string source, Label ownLabel, PeerAddress ownAddress, List<string> errors)
    {
        var before = errors.Count;
        var parser = new PeerListParser(source, ownLabel, ownAddress, errors);
        foreach (var text in values.SelectMany(value => value.Split(',', PartsMax, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)))
        {
            if (errors.Count - before < ErrorsMax)
                parser.Add(text);
        }

        if (errors.Count - before == ErrorsMax)
            errors.Add($"{source}: there may be more faults; the rest was not read.");
        var own = parser.FindOwn();
        return errors.Count == before ? new PeerList([.. parser.entries], own) : null;
    }

    private void Add(string text)
    {
        if (Entry(text) is not { } entry)
            return;
        if (entry.Label is { } label && entries.Find(other => other.Label == label) is { } sameLabel)
            Wrong(text, $"id {label} stands in the list twice (also as {sameLabel})");
        else if (entries.Find(other => other.Address == entry.Address) is { } sameAddress)
            Wrong(text, $"address {entry.Address} stands in the list twice (also as {sameAddress})");
        else if (entries.Count == PeerList.EntriesMax)
            Wrong(text, $"a list has at most {PeerList.EntriesMax} entries");
        else
            entries.Add(entry);
    }

    private PeerEntry? Entry(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0 && text.All(char.IsAsciiDigit))
            return BareId(text);
        if (PeerAddress.TryParse(text[(equals + 1)..], out var fault) is not { } address)
            return Wrong(text, fault!);
        if (equals < 0)
            return new PeerEntry(address, null);
        return Label.TryParse(text[..equals], out fault) is { } label ? new PeerEntry(address, label) : Wrong(text, fault!);
    }

    private PeerEntry? BareId(string text)
    {
        if (Label.TryParse(text, out var fault) is not { } label)
            return Wrong(text, fault!);
        if (ownLabel.Number is not { } ownNumber)
            return Wrong(text, $"a bare id stands for an address only where this node's own id is an integer, and it is '{ownLabel}'; write {text}=host:port");
        var port = ownAddress.Port - (Int128)ownNumber + label.Number!.Value;
        if (port < 1 || port > 65_535)
            return Wrong(text, string.Create(CultureInfo.InvariantCulture, $"it would stand for port {ownAddress.Port} - {ownNumber} + {text} = {port}, which is none; write {text}=host:port"));
        return new PeerEntry(new PeerAddress(ownAddress.Host, (int)port), label);
    }

    private PeerEntry? FindOwn()
    {
        var byLabel = entries.Find(entry => entry.Label == ownLabel);
        var byAddress = entries.Find(entry => entry.Address == ownAddress);
        if (byLabel is not null && byAddress is not null && byLabel != byAddress)
            errors.Add($"{source}: '{byLabel}' has this node's id and '{byAddress}' its address; both must be in one entry (--id is {ownLabel}, its address {ownAddress}).");
        else if (byAddress?.Label is { } other && other != ownLabel)
            errors.Add($"{source}: '{byAddress}' has this node's address, but --id is {ownLabel}; give --id={other}, or correct the entry.");
        return byLabel ?? byAddress;
    }

    private PeerEntry? Wrong(string text, string fault)
    {
        errors.Add($"{source}: '{text}': {fault}.");
        return null;
    }
}
