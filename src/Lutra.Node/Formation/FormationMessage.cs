namespace Lutra.Node.Formation;

/// <summary>What nodes say to each other while a cluster is created or joined. The family is completed, and encoded, in this folder.</summary>
public abstract record FormationMessage;
