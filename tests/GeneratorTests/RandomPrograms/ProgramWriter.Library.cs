namespace SymbolicGD.GeneratorTests.RandomPrograms;

/// <summary>Calls of the functions of Math, Sym and the floating-point types, and of helpers whose derivative is given or that call themselves.</summary>
internal sealed partial class ProgramWriter
{
    /// <summary>A function whose derivative the user gives, or one that calls itself.</summary>
    private Expression Given(int depth)
    {
        switch (_random.Next(5))
        {
            case 0:
                Note(GivenDerivative);
                return new($"Bump({Tame(Real(depth), 5).Text})", 1);
            case 1:
                Note(GivenDerivative);
                return new($"Blend({Tame(Real(depth), 5).Text}, {Tame(Leaf(), 5).Text})", 5);
            case 2 when PickOrNone(_known.Arrays.Where(a => a.Size <= LocalSize)) is { } array:
                Note(GivenDerivative);
                return new($"Energy({array.Name}, {Tame(Leaf(), 2).Text})", 2 * Support.RandomInputs.MaxExtent * LocalSize * LocalSize);
            case 3:
                Note("recursion");
                return new($"Power({Tame(Real(depth), 1.5).Text}, {_random.Next(6)})", 8);
            default:
                Note("recursion to a declared depth");
                string levels = _known.Integers.Count > 0 ? $"{Pick(_known.Integers)} % 3" : "2";
                return new($"Tree({Tame(Real(depth), 2).Text}, {levels})", 16);
        }
    }

    private Expression OfSym(int depth)
    {
        Expression x = Tame(Real(depth), 20);
        switch (_random.Next(22))
        {
            case 0: return new(Sym_("Sigmoid", x.Text), 1, 0);
            case 1: return new(Sym_("Softplus", x.Text), x.Size + 1, 0);
            case 2: return new(Sym_("LogSigmoid", x.Text), x.Size + 1);
            case 3: return new(Sym_("Relu", x.Text), x.Size, 0);
            case 4: return new(Sym_("LeakyRelu", $"{x.Text}, 0.1{_suffix}"), x.Size);
            case 5: return new(Sym_("Elu", x.Text), x.Size + 1);
            case 6: return new(Sym_("Gelu", x.Text), x.Size + 1);
            case 7: return new(Sym_("Silu", x.Text), x.Size + 1);
            case 8: return new(Sym_("Mish", x.Text), x.Size + 1);
            case 9: return new(Sym_("Softsign", x.Text), 1);
            case 10: return new(Sym_("Huber", $"{x.Text}, 1.5{_suffix}"), 1.5 * (x.Size + 1.5));
            case 11:
                x = Tame(x, 5);
                return new(Sym_("Square", x.Text), x.Size * x.Size, 0);
            case 12: return new(Sym_("Log1p", Positive(10).Text), 3);
            case 13: return new(Sym_("Expm1", Tame(x, 2).Text), 7);
            case 14:
                Expression y = Tame(Real(depth), 20);
                return new(Sym_("LogAddExp", $"{x.Text}, {y.Text}"), Math.Max(x.Size, y.Size) + 1);
            case 15: return new(Sym_("Erf", x.Text), 1);
            case 16: return new(Sym_("Erfc", x.Text), 2, 0);
            case 17: return new(Sym_("NormalCdf", x.Text), 1, 0);
            case 18: return new(Sym_("LogGamma", Positive(20).Text), 45);
            case 19: return new(Sym_("Digamma", Positive(20).Text), 6);
            case 20: return new(Sym_("Hypot", $"{x.Text}, {Positive(10).Text}"), x.Size + 10, 0);
            default: return new(Sym_("Logit", $"({Literal(0.5)} * {Sym_("Sigmoid", Tame(x, 3).Text)} + {Literal(0.25)})"), 2);
        }
    }

    private Expression OfStatic(int depth)
    {
        Expression x = Tame(Real(depth), 20);
        switch (_random.Next(9))
        {
            case 0: return new(Static_("Exp", Tame(x, 3).Text), 21, 0);
            case 1: return new(Static_("Log", Positive(20).Text), 3);
            case 2: return new(Static_("Tanh", x.Text), 1);
            case 3: return new(Static_("Sqrt", Positive(20).Text), 4.5, 0.5);
            case 4: return new(Static_("Hypot", $"{x.Text}, {Positive(10).Text}"), x.Size + 10, 0);
            case 5: return new(Static_("Exp2", Tame(x, 3).Text), 8, 0);
            case 6: return new(Static_("Exp10", Tame(x, 1).Text), 10, 0);
            case 7: return new(Static_("Abs", x.Text), x.Size, 0);
            default: return new(Static_("Max", $"{x.Text}, {Tame(Real(depth), 20).Text}"), 20);
        }
    }

    private Expression OfMath(int depth)
    {
        Expression x = Tame(Real(depth), 20);
        switch (_random.Next(26))
        {
            case 0: return new(Math_("Sin", x.Text), 1);
            case 1: return new(Math_("Cos", x.Text), 1);
            case 2: return new(Math_("Tanh", x.Text), 1);
            case 3: return new(Math_("Atan", x.Text), 1.6);
            case 4: return new(Math_("Asinh", x.Text), 4);
            case 5: return new(Math_("Abs", x.Text), x.Size, 0);
            case 6 or 7: return new(Math_("Exp", Tame(x, 3).Text), 21, 0);
            case 8: return new(Math_(Pick(["Sinh", "Cosh"]), Tame(x, 2).Text), 4);
            case 9 or 10: return new(Math_("Log", Positive(20).Text), 3);
            case 11: return new(Math_(Pick(["Log2", "Log10"]), Positive(20).Text), 5);
            case 12 or 13: return new(Math_("Sqrt", Positive(20).Text), 4.5, 0.5);
            case 14: return new(Math_("Cbrt", Positive(20).Text), 3, 0.5);
            case 15: return new(Math_(Pick(["Asin", "Acos", "Atanh"]), $"(0.375{_suffix} * {Tame(x, 2).Text})"), 3.2);
            case 16: return new(Math_("Acosh", $"(1 + {Positive(10).Text})"), 4);
            case 17: return new(Math_("Tan", Tame(x, 1).Text), 1.6);
            case 18:
                string exponent = Chance(2) ? Pick(["2", "3", "0.5" + _suffix, "-1", "1.5" + _suffix]) : Tame(Real(depth), 2).Text;
                return new(Math_("Pow", $"{Positive(5).Text}, {exponent}"), 125);
            case 19:
                x = Tame(x, 4);
                return new(Math_("Pow", $"{x.Text}, {Pick(["2", "3"])}"), 64);
            case 20:
                Expression y = Tame(Real(depth), 20);
                return new(Math_(Pick(["Max", "Min"]), $"{x.Text}, {y.Text}"), Math.Max(x.Size, y.Size));
            case 21: return new(Math_(Pick(["Max", "Min"]), $"{x.Text}, 0"), x.Size);
            case 22: return new(Math_("Atan2", $"{x.Text}, {Positive(10).Text}"), 3.2);
            case 23:
                Expression factor = Tame(Real(depth), 5), term = Tame(Leaf(), 20);
                x = Tame(x, 5);
                return new(Math_("FusedMultiplyAdd", $"{x.Text}, {factor.Text}, {term.Text}"), (x.Size * factor.Size) + term.Size);
            case 24: return new(Math_("CopySign", $"{x.Text}, {Leaf().Text}"), x.Size);
            default:
                // Steps: piecewise constant, times something that is not.
                string step = Chance(3) ? Math_("Sign", x.Text) : Math_(Pick(["Floor", "Ceiling", "Round", "Truncate"]), x.Text);
                return new($"({step} * {Tame(Leaf(), 1).Text})", x.Size + 1);
        }
    }
}
