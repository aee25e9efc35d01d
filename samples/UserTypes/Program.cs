using System.Globalization;
using SymbolicGD;
using UserTypes;

// Four joints, two of them on the second one; a camera that errs, and that sees one marker in ten somewhere else.
int[] parent = [-1, 0, 1, 1];
double[] length = [0.5, 1, 0.8, 0.6];
double[] bend = [0.3, 0.5, -0.6, 0.9], turn = [0.2, -0.4, 0.3];
var random = new Random(1);
const int Markers = 400;
var markers = new double[3 * Markers];
var joints = new int[Markers];
var quality = new double[Markers];
for (int i = 0; i < Markers; i++)
{
    joints[i] = random.Next(parent.Length);
    quality[i] = random.NextDouble() * 1.3 - 0.1;
    Vec3 seen = Arm.Rotate(new Vec3(turn[0], turn[1], turn[2]), Arm.Reach(parent, length, bend, joints[i]).Tip);
    if (i % 10 == 0) seen += new Vec3(random.NextDouble(), random.NextDouble(), random.NextDouble());
    markers[3 * i] = seen.X + 0.01 * random.NextDouble();
    markers[3 * i + 1] = seen.Y + 0.01 * random.NextDouble();
    markers[3 * i + 2] = seen.Z + 0.01 * random.NextDouble();
}

var objective = new Arm.MisfitObjective(marker: markers, joint: joints, quality: quality, parent: parent, length: length);
var start = objective.CreateParameters();
start.Turn[0] = 0.1;
GradientCheckReport check = GradientCheck.Run(objective, (ReadOnlySpan<double>)start);
check.Write(Console.Out);

FitResult<double> fit = new TrustRegion().Minimize(objective, start);
Console.WriteLine(fit);
var found = objective.View(fit.Parameters);
Vec3 tip = Arm.Rotate(new Vec3(found.Turn[0], found.Turn[1], found.Turn[2]), Arm.Reach(parent, length, found.Bend, 3).Tip);
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the last joint is at ({tip.X:F3}, {tip.Y:F3}, {tip.Z:F3})"));

// The fit explains the markers at least as well as the arm that made them.
double made = objective.Value([.. bend, .. turn]);
return check.Passed && fit.Value <= made ? 0 : 1;
