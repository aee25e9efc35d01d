using Xunit;

namespace SymbolicGD.GeneratorTests.Capture;

/// <summary>Structs, records, tuples and vectors in losses: what is captured computes what the method computes.</summary>
public sealed class AggregateTests
{
    private const string Types = """
        public readonly record struct Vec3(double X, double Y, double Z)
        {
            public static Vec3 operator +(Vec3 a, Vec3 b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z);
            public static Vec3 operator -(Vec3 a, Vec3 b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z);
            public static Vec3 operator -(Vec3 a) => new(-a.X, -a.Y, -a.Z);
            public static Vec3 operator *(double s, Vec3 a) => new(s * a.X, s * a.Y, s * a.Z);
            public static double operator *(Vec3 a, Vec3 b) => a.X * b.X + a.Y * b.Y + a.Z * b.Z;
            public static bool operator <(Vec3 a, Vec3 b) => a.Norm2 < b.Norm2;
            public static bool operator >(Vec3 a, Vec3 b) => b < a;
            public static implicit operator Vec3((double X, double Y, double Z) t) => new(t.X, t.Y, t.Z);
            public static explicit operator double(Vec3 a) => a.X;
            public static Vec3 Zero => default;
            public static readonly Vec3 Up = new(0, 0, 1);
            public double Norm2 => this * this;
            public double Sum { get { double s = X; s += Y; return s + Z; } }
            public double this[int i] => i switch { 0 => X, 1 => Y, _ => Z };
            public static Vec3 Cross(Vec3 a, Vec3 b) => new(a.Y * b.Z - a.Z * b.Y, a.Z * b.X - a.X * b.Z, a.X * b.Y - a.Y * b.X);
            public Vec3 Scaled(double s) => this with { X = X * s, Y = Y * s, Z = Z * s };
        }

        public struct State
        {
            public double Position, Velocity;
            public int Steps;
            public double Energy { get; set; }
            private double _rate = 0.5;
            public State(double position) : this(position, 0) => Steps++;
            public State(double position, double velocity) { Position = position; Velocity = velocity; Energy = position * position; }
            public double Rate { readonly get => _rate; set { _rate = value * 2; } }
            public void Step(double dt) { Position += dt * Velocity; Velocity -= dt * Position; Steps++; if (Position > 0) { Energy += Velocity; } }
            public readonly double Peek() => Position + Steps;
            public double this[int i] { get => i == 0 ? Position : Velocity; set { if (i == 0) Position = value; else Velocity = value; } }
        }

        public struct Pair<T> where T : INumber<T>
        {
            public T First, Second;
            public Pair(T first, T second) { First = first; Second = second; }
            public readonly T Sum() => First + Second;
            public readonly Pair<T> Swapped() => new(Second, First);
        }

        public struct Line(double slope, double offset)
        {
            public double Offset { get; } = offset;
            public double At(double x) => slope * x + Offset;
        }

        public sealed record Settings(double Rate, Vec3 Center) { public double Scale { get; init; } = 2; public double Total => Rate * Scale + Center.X; }

        public sealed class Quadratic(double a, double b)
        {
            public double A { get; } = a;
            private readonly double _half = b / 2;
            public double At(double x) => A * x * x + _half * x + b;
        }

        public ref struct View { public ReadOnlySpan<double> Values; public int Start; public double At(int i) => Values[Start + i]; }

        public enum Kind { Linear, Square = 3, Cubic }

        """;

    private static string Losses(params (string Body, string Members)[] cases) => Types + string.Concat(cases.Select((c, i) => $$"""
        public static partial class Model{{i}}
        {
            [Loss]
            public static double F(
                [Parameter] ReadOnlySpan<double> w, [Parameter] double b, [Constant] double c, [Constant] ReadOnlySpan<int> idx,
                ReadOnlySpan<double> x, int k, double y, [Example] int e, [Count] int n)
            {
                {{c.Body}}
            }

            {{c.Members}}
        }

        """));

    private static void Check(params (string Body, string Members)[] cases) => CaptureAgreement.CheckAll(Losses(cases));

    [Fact]
    public void Structs() => Check(
        ("Vec3 p = new(b, y, c), q = new Vec3(w[0], w[1], w[2]); return Vec3.Cross(p, q) * (p + q) + (2 * (p - q)).X + (-p).Norm2 + q.Sum;", ""),
        ("var p = new Vec3(b, y, c) { X = w[1] }; p = p with { Y = p.X * p.Z }; return p.Scaled(b).Sum + p[1] + p[k % 3];", ""),
        ("Vec3 p = default; p += new Vec3(b, 1, 2); p -= Vec3.Up; return p.X * p.Z + Vec3.Zero.Y;", ""),
        ("Vec3 p = (b, y, c); double d = (double)p; return p.Y * d;", ""),
        ("Vec3 p = new(b, y, c); var (u, v, _) = p; (double s, double t) = (p.X, v); return u * v + s * t;", ""),
        ("Vec3 p = y > 0 ? new(b, y, c) : new(w[0], 2, b); Vec3 q = k switch { 0 => p, 1 => -p, _ => new(1, b, 2) }; return p * q;", ""),
        ("Vec3 p = new(b, y, c); if (p.X > 0) p = p + p; else if (p.Y > 0.5) p = Vec3.Up; return p.Norm2;", ""),
        ("Vec3 s = default; for (int i = 0; i < w.Length; i++) s += new Vec3(w[i], w[i] * x[i], x[i]); return s * s;", ""),
        ("Vec3 s = new(b, 0, 0); for (int i = 0; i < w.Length; i++) { if (s.Norm2 > 2) break; s = Vec3.Cross(s, new(w[i], 1, x[i])) + Vec3.Up; } return s.Sum;", ""),
        ("Vec3 s = new(b, 0, 0); for (int i = 0; i < w.Length; i++) { if (s < Vec3.Up) continue; s = new(w[i], s.X, b); } return s.Sum;", ""),
        ("State s = new(b); for (int i = 0; i < 4; i++) s.Step(0.1 * w[i]); return s.Position * s.Velocity + s.Energy + s.Steps + s.Rate;", ""),
        ("State s = new(b, y); s.Rate = 3; s.Energy *= 2; s[0] += w[1]; s[1] = s[0] * 2; s.Steps++; return s.Peek() + s[1] * s.Energy + s.Rate;", ""),
        ("State s; s.Position = b; s.Velocity = 2; return s.Position * s.Velocity;", ""),
        ("State s = new(); s.Position = b; var t = s; t.Position = 2; return s.Position * 3 + t.Position;", ""),
        ("var l = new Line(b, c); return l.At(y) * l.Offset;", ""),
        ("var p = new Pair<double>(b, y); var q = new Pair<int>(k, 2).Swapped(); return p.Swapped().First * p.Sum() + q.First * 3 + q.Sum();", ""),
        ("var v = new View { Values = w, Start = 1 }; return v.At(0) * v.At(k) + v.Values.Length;", ""),
        ("Kind kind = (Kind)k; return kind switch { Kind.Linear => b, Kind.Square => b * b, _ => 2 * (int)Kind.Cubic * b };", ""),
        ("Vec3 p = new(b, y, c); return p == new Vec3(b, y, c) ? b : 1;", ""),
        ("Vec3 p = new(b, y, c), q = p; return (p != q ? 1 : b) + (p.Equals(q) ? 2 * b : 3);", ""),
        ("return Centroid(w, 3).Norm2;", "static Vec3 Centroid(ReadOnlySpan<double> w, int n) { Vec3 s = Vec3.Zero; for (int i = 0; i < n; i++) { if (w[i] > 5) return s; s += new Vec3(w[i], 1, 2); } return 0.5 * s; }"),
        ("Vec3 p = new(b, y, c); return new Vec3 { X = p.X, Z = b }.Sum;", ""));

    [Fact]
    public void Tuples() => Check(
        ("var t = (b, y); var u = (first: b * 2, second: (y, c)); return t.Item1 * t.b + u.first * u.second.y + u.Item2.Item2;", ""),
        ("(double p, (double q, int r)) = (b, (y, k)); (p, q) = (q, p); return p - 2 * q + r;", ""),
        ("(double, double) t = (1, 2); t.Item1 += b; t = (t.Item2, t.Item1); return t.Item1 * t.Item2;", ""),
        ("var (s, d) = SumDifference(b, y); return s * d;", "static (double Sum, double Difference) SumDifference(double a, double b) => (a + b, a - b);"),
        ("(double a, double g) p = (b * b, 1); for (int i = 0; i < 3; i++) p = ((p.a + p.g) / 2, Math.Sqrt(p.a * p.g + 1)); return p.a + p.g;", ""),
        ("return (y > 0, b > 0) switch { (true, true) => b, (true, false) => 2 * b, (false, _) => b * b };", ""),
        ("return (b, k) switch { ( > 0, 0) => b, (var v, 1) when v < 0 => v * v, (_, > 1 and < 3) => 3 * b, _ => 1 };", ""),
        ("var p = (b, y); var q = (b, y); return p == q && (1, k) != (2, k) ? b * 2 : 1;", ""),
        ("var sc = Math.SinCos(b); return sc.Sin * sc.Cos;", ""),
        ("double[] t = [b, y, c]; (t[0], t[1], t[2]) = (t[2], t[0], t[1]); return t[0] + 2 * t[1] + 3 * t[2];", ""));

    [Fact]
    public void Records_and_classes_that_never_change() => Check(
        ("var s = new Settings(b, new Vec3(y, 1, 2)) { Scale = 3 }; var t = s with { Rate = 2 }; return s.Total * t.Total + t.Center.Y;", ""),
        ("var q = new Quadratic(b, w[1]); return q.At(y) + q.A;", ""),
        ("var s = new Settings(b, Vec3.Up); return s switch { { Rate: > 0.5 } => b, { Center: { Z: 1 }, Rate: var r } => r * r, _ => 0 };", ""),
        ("Vec3 p = new(b, y, c); return p switch { { X: > 0, Y: > 0 } => b, ( < 0, _, _) => b * b, { Norm2: > 1 } v => v.X * 2, _ => y } + (p is { X: > 0 } and { Y: < 0 } ? b : 1) + (p is (_, _, var z) ? z * b : 0);", ""));

    [Fact]
    public void Arrays_of_structs() => Check(
        ("var p = new Vec3[4]; for (int i = 0; i < p.Length; i++) p[i] = new(w[i], x[i], b); Vec3 s = default; foreach (Vec3 v in p) s += v.Norm2 * v; return s.Sum;", ""),
        ("Span<State> s = stackalloc State[3]; for (int i = 0; i < s.Length; i++) { s[i].Position = w[i]; s[i].Velocity = 1; s[i].Step(0.1); } double r = 0; for (int i = 1; i < 3; i++) r += s[i].Position * s[i - 1].Velocity + s[i].Steps; return r;", ""),
        ("Vec3[] p = [new(b, 1, 2), default, Vec3.Up]; Span<Vec3> q = p.AsSpan(1); q[0] = p[0] + q[1]; return p[1].Sum * q.Length + p[^1].Z;", ""),
        ("Span<Vec3> p = new Vec3[3]; Fill(p, w); Shift(p[1..], new(b, 0, 1)); return Total(p).Norm2;", "static void Fill(Span<Vec3> p, ReadOnlySpan<double> w) { for (int i = 0; i < p.Length; i++) p[i] = new(w[i], i, 1); } static void Shift(Span<Vec3> p, Vec3 d) { foreach (ref Vec3 v in p) v += d; } static Vec3 Total(ReadOnlySpan<Vec3> p) { Vec3 s = default; foreach (var v in p) s += v; return s; }"),
        ("(double a, int i)[] p = new (double, int)[3]; p[1] = (b, k); p[2].a = y * b; return p[1].a * p[2].a + p[1].i;", ""),
        ("Span<Vec3> p = new Vec3[3], q = new Vec3[3]; p.Fill(new(b, 1, 2)); p.CopyTo(q); p.Clear(); var r = q.ToArray(); return q[2].X * r[1].X + p[0].X;", ""));

    [Fact]
    public void Vectors_of_System_Numerics() => Check(
        ("var p = new Vector3((float)b, (float)y, 1); var q = new Vector3(0.5f); return Vector3.Dot(Vector3.Cross(p, q), p + q * 2) + p.Length() + Vector3.Distance(p, q) + (p / 2 - q).LengthSquared();", ""),
        ("var p = Vector3.Normalize(new Vector3((float)b, (float)y, 1)); return p.X + 2 * p.Y + Vector3.Lerp(p, Vector3.UnitX, 0.25f).X + Vector3.Reflect(p, Vector3.UnitY).Y;", ""),
        ("var p = new Vector2((float)b, (float)y); var q = Vector2.Max(p, Vector2.Zero) + Vector2.Min(p, Vector2.One) - Vector2.Abs(p) * p; return q.X * q.Y + Vector2.DistanceSquared(p, q) + Vector2.Clamp(p, -Vector2.One, Vector2.One).Y;", ""),
        ("Vector4 p = new(new Vector3((float)b, (float)y, 1), 2); p.W *= 2; p += Vector4.UnitY; p *= 0.5f; return p.X * p.W + p[1] + p[k % 4] + (p == Vector4.One ? 1 : b) + Vector4.Sum(p);", ""),
        ("Vector2 s = default; for (int i = 0; i < w.Length; i++) s += new Vector2((float)w[i], 1) * (float)x[i]; return s.X * s.Y + Vector2.Dot(s, s);", ""));
}
