using Xunit;

namespace SymbolicGD.GeneratorTests.Support;

/// <summary>The tests' own reference against values computed with 50 digits.</summary>
public sealed class SpecialFunctionsTests
{
    [Theory]
    [InlineData("Erf", 1e-09, 1.1283791670955126438e-9)]
    [InlineData("Erf", 0.3, 0.32862675945912741619)]
    [InlineData("Erf", 0.99, 0.83850806955536979982)]
    [InlineData("Erf", 1.01, 0.8468104962282767015)]
    [InlineData("Erf", 2.5, 0.99959304798255504106)]
    [InlineData("Erf", -1.7, -0.98379045859077456084)]
    [InlineData("Erfc", -2.0, 1.9953222650189527342)]
    [InlineData("Erfc", 0.3, 0.67137324054087258381)]
    [InlineData("Erfc", 0.99, 0.16149193044463020018)]
    [InlineData("Erfc", 1.01, 0.1531895037717232985)]
    [InlineData("Erfc", 2.5, 0.00040695201744495893956)]
    [InlineData("Erfc", 6.0, 2.1519736712498913117e-17)]
    [InlineData("Erfc", 20.0, 5.3958656116079009289e-176)]
    [InlineData("LogGamma", 1e-08, 18.420680738180208884)]
    [InlineData("LogGamma", 0.3, 1.0957979948180755606)]
    [InlineData("LogGamma", 0.9, 0.066376239734742954426)]
    [InlineData("LogGamma", 1.0000001, -5.772155829918507097e-8)]
    [InlineData("LogGamma", 1.7, -0.095807697407065873788)]
    [InlineData("LogGamma", 2.4, 0.21685932244884157388)]
    [InlineData("LogGamma", 3.5, 1.2009736023470742248)]
    [InlineData("LogGamma", 15.9, 27.625493215168691781)]
    [InlineData("LogGamma", 100.5, 361.43554046777762156)]
    [InlineData("LogGamma", -0.5, 1.2655121234846453965)]
    [InlineData("LogGamma", -3.3, -0.82435580501742646015)]
    [InlineData("Digamma", 0.001, -1000.5755719318102797)]
    [InlineData("Digamma", 0.3, -3.5025242222001331249)]
    [InlineData("Digamma", 1.5, 0.036489973978576520559)]
    [InlineData("Digamma", 5.25, 1.5599773364075455522)]
    [InlineData("Digamma", 40.0, 3.6763273740348431259)]
    [InlineData("Digamma", -0.7, -2.0739527936287037831)]
    [InlineData("Digamma", -4.2, 5.8734654592678824778)]
    [InlineData("Trigamma", 0.001, 1000001.6425331958273)]
    [InlineData("Trigamma", 0.3, 12.245364546107731301)]
    [InlineData("Trigamma", 1.5, 0.93480220054467930942)]
    [InlineData("Trigamma", 5.25, 0.20976041229725416512)]
    [InlineData("Trigamma", 40.0, 0.025315103841291028158)]
    [InlineData("Trigamma", -0.7, 14.286180872638339627)]
    [InlineData("Trigamma", -4.2, 28.354875744597662809)]
    [InlineData("Tetragamma", 0.3, -75.272536588726038917)]
    [InlineData("Tetragamma", 1.5, -0.8287966442343199956)]
    [InlineData("Tetragamma", 5.25, -0.043842353871701356542)]
    [InlineData("Tetragamma", 40.0, -0.00064082027183529858776)]
    [InlineData("Tetragamma", -0.7, -69.441632798638532998)]
    [InlineData("Log1p", 1e-12, 9.9999999999949997989e-13)]
    [InlineData("Log1p", -0.3, -0.35667494393873236305)]
    [InlineData("Log1p", 3.0, 1.3862943611198906188)]
    [InlineData("Expm1", 1e-12, 1.0000000000004999799e-12)]
    [InlineData("Expm1", -0.3, -0.25918177931828212571)]
    [InlineData("Expm1", 3.0, 19.085536923187667741)]
    [InlineData("Expm1", -50.0, -1.0)]
    public void MatchesReference(string function, double x, double expected)
    {
        double actual = function switch
        {
            "Erf" => SpecialFunctions.Erf(x),
            "Erfc" => SpecialFunctions.Erfc(x),
            "LogGamma" => SpecialFunctions.LogGamma(x),
            "Digamma" => SpecialFunctions.Polygamma(0, x),
            "Trigamma" => SpecialFunctions.Polygamma(1, x),
            "Tetragamma" => SpecialFunctions.Polygamma(2, x),
            "Log1p" => SpecialFunctions.Log1p(x),
            "Expm1" => SpecialFunctions.Expm1(x),
            _ => throw new ArgumentOutOfRangeException(nameof(function)),
        };
        Assert.True(Math.Abs(actual - expected) <= 2e-14 * Math.Max(Math.Abs(expected), function.EndsWith("amma", StringComparison.Ordinal) ? 0.1 : 0), $"{actual:R} instead of {expected:R}");
    }
}
