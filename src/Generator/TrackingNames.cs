namespace SymbolicGD.Generator;

/// <summary>Names of the steps of the pipeline, by which tests ask why a step ran.</summary>
internal static class TrackingNames
{
    public const string Losses = nameof(Losses);
    public const string Residuals = nameof(Residuals);
    public const string UpdateRules = nameof(UpdateRules);
    public const string LossSpecs = nameof(LossSpecs);
    public const string UpdateRuleSpecs = nameof(UpdateRuleSpecs);
    public const string Objectives = nameof(Objectives);
    public const string Optimizers = nameof(Optimizers);
}
