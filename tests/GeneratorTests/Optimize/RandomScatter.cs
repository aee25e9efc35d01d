using SymbolicGD.Generator.Ir;

namespace SymbolicGD.GeneratorTests.Optimize;

/// <summary>Random functions with loops that accumulate at the counter plus constants into the gradients of x and p.</summary>
internal static class RandomScatter
{
    public static Function Create(int seed)
    {
        var random = new Random(seed);
        var b = new IrBuilder();
        int x = b.AddBuffer("x", BufferKind.Parameter, ScalarType.F64, 0);
        int gx = b.AddBuffer("gradient.x", BufferKind.Gradient, ScalarType.F64, 0);
        int gp = b.AddBuffer("gradient.p", BufferKind.Gradient, ScalarType.F64, 1);
        int p = b.Argument(1, ScalarType.F64, "p");
        int length = b.Extent(0), zero = b.Int(0);
        int total = b.Real(ScalarType.F64, 0.5);
        for (int loops = random.Next(1, 3); loops > 0; loops--)
        {
            int reach = random.Next(0, 4), low = random.Next(0, 2);
            var open = b.BeginLoop(
                b.Int(low), b.Binary(Op.Sub, length, b.Int(reach)), [total], [gx, gp], descending: random.Next(4) == 0, counterName: "i");
            int At(int shift) => shift == 0 ? open.Counter
                : shift < 0 ? b.Binary(Op.Sub, open.Counter, b.Int(-shift)) : b.Binary(Op.Add, b.Int(shift), open.Counter);
            int here = b.Load(x, At(random.Next(-low, reach + 1)));
            int there = b.Load(x, At(random.Next(-low, reach + 1)));
            int product = b.Binary(Op.Mul, here, b.Binary(Op.Sub, there, p));
            for (int n = random.Next(1, 5); n > 0; n--)
            {
                int value = random.Next(4) switch
                {
                    0 => product,
                    1 => b.Binary(Op.Add, here, there),
                    2 => b.Unary(Op.Tanh, b.Binary(Op.Mul, there, b.Real(ScalarType.F64, n))),
                    _ => random.Next(5) == 0 ? open.Carried[0] : here,
                };
                if (random.Next(5) == 0) b.Accumulate(gp, zero, value);
                else b.Accumulate(gx, At(random.Next(-low, reach + 1)), value);
            }

            total = b.EndLoop(open, [b.Binary(Op.Add, open.Carried[0], b.Binary(Op.Mul, b.Real(ScalarType.F64, 0.25), product))])[0];
            if (random.Next(3) == 0) b.Accumulate(gx, zero, total);
        }

        return b.Finish(
            $"Scatter{seed}", ScalarType.F64,
            [new Argument("x", ArgumentRole.Parameter, ScalarType.F64, true, 0, x), new Argument("p", ArgumentRole.Parameter, ScalarType.F64, false, -1, -1)],
            [new Extent("x")], total);
    }
}
