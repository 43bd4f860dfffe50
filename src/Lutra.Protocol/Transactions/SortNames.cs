namespace Lutra.Protocol;

/// <summary>What keys can be ordered by.</summary>
public static class SortNames
{
    public const string Key = "key";
    public const string Version = "version";
    public const string CreateRevision = "create_revision";
    public const string Revision = "revision";
    public const string Value = "value";
}
