namespace Lutra.Tls;

/// <summary>Certificates or keys that cannot be used; the message names the file, and says what is wrong with it.</summary>
public sealed class TlsException(string message, Exception? inner = null) : IOException(message, inner);
