using System.Text.Json;
using System.Text.Json.Nodes;
using GradBench.Losses;
using SymbolicGD;

namespace GradBench.Evals;

/// <summary>
/// The eval <c>ba</c>: reprojection errors and weight errors, and their Jacobian in compressed rows. One camera, point, weight and feature stand for all;
/// of the results, which repeat, the first ones and the last go back.
/// </summary>
internal static class BundleAdjustmentEval
{
    private const int CameraParameters = 11;
    private const int Coordinates = 3;
    private const int RowLength = CameraParameters + Coordinates + 1;
    private const int Shown = 2 * RowLength;

    internal static Dictionary<string, Evaluation> Functions { get; } = new(StringComparer.Ordinal)
    {
        ["objective"] = Objective,
        ["jacobian"] = Jacobian,
    };

    private static Prepared Objective(JsonElement input)
    {
        var problem = new Problem(input);
        double[] reprojection = new double[2 * problem.Observations], weight = new double[problem.Observations];
        return new Prepared(
            () =>
            {
                problem.Reprojection.Residuals(problem.Point, reprojection);
                problem.Weight.Residuals(problem.Weights, weight);
            },
            () => new JsonObject
            {
                ["reproj_error"] = new JsonObject { ["elements"] = Json.Array(reprojection.AsSpan(0, 2)), ["repeated"] = problem.Observations },
                ["w_err"] = new JsonObject { ["element"] = weight[0], ["repeated"] = problem.Observations },
            });
    }

    private static Prepared Jacobian(JsonElement input)
    {
        var problem = new Problem(input);
        SparseMatrix<double> reprojection = problem.Reprojection.SparseJacobian(problem.Point), weight = problem.Weight.SparseJacobian(problem.Weights);
        var whole = new Blocks(problem);
        return new Prepared(
            () =>
            {
                problem.Reprojection.SparseJacobian(problem.Point, reprojection);
                problem.Weight.SparseJacobian(problem.Weights, weight);
                whole.Fill(reprojection, weight);
            },
            () => new JsonObject { ["rows"] = Ends(whole.Rows), ["cols"] = Ends(whole.Columns), ["vals"] = Ends(whole.Values) });
    }

    private static JsonArray Ends<T>(IReadOnlyList<T> values) =>
        new([.. values.Take(Math.Min(Shown, values.Count - 1)).Append(values[^1]).Select(value => JsonValue.Create(value))]);

    private sealed class Problem
    {
        internal Problem(JsonElement input)
        {
            (Cameras, Points, Observations) = (Json.Integer(input, "n"), Json.Integer(input, "m"), Json.Integer(input, "p"));
            Camera = [.. Enumerable.Range(0, Observations).Select(i => i % Cameras)];
            Seen = [.. Enumerable.Range(0, Observations).Select(i => i % Points)];
            Weights = new double[Observations];
            Array.Fill(Weights, Json.Real(input, "w"));
            Point = [.. Repeat(Json.Vector(input, "cam"), Cameras), .. Repeat(Json.Vector(input, "x"), Points), .. Weights];
            Reprojection = new BundleAdjustment.ReprojectionObjective(
                camera: Camera, point: Seen, feature: Repeat(Json.Vector(input, "feat"), Observations).ToArray(), cameras: Cameras,
                cameraParameters: CameraParameters, points: Points, coordinates: Coordinates, observations: Observations);
            Weight = new BundleAdjustment.WeightObjective(observations: Observations, examples: Observations);
        }

        internal int Cameras { get; }

        internal int Points { get; }

        internal int Observations { get; }

        /// <summary>By observation, as is <see cref="Seen"/>.</summary>
        internal int[] Camera { get; }

        internal int[] Seen { get; }

        internal double[] Weights { get; }

        internal double[] Point { get; }

        internal BundleAdjustment.ReprojectionObjective Reprojection { get; }

        internal BundleAdjustment.WeightObjective Weight { get; }

        private static IEnumerable<double> Repeat(double[] values, int times) => Enumerable.Repeat(values, times).SelectMany(v => v);
    }

    /// <summary>The whole Jacobian as the eval wants it: every row of a reprojection with all its 15 columns, also where an entry is always zero.</summary>
    private sealed class Blocks(Problem problem)
    {
        internal int[] Rows { get; } = new int[(3 * problem.Observations) + 1];

        internal int[] Columns { get; } = new int[((2 * RowLength) + 1) * problem.Observations];

        internal double[] Values { get; } = new double[((2 * RowLength) + 1) * problem.Observations];

        internal void Fill(SparseMatrix<double> reprojection, SparseMatrix<double> weight)
        {
            int entry = 0, row = 0, points = CameraParameters * problem.Cameras, weights = points + (Coordinates * problem.Points);
            Span<int> columns = stackalloc int[RowLength];
            for (int r = 0; r < reprojection.Rows; r++)
            {
                int observation = r / 2;
                for (int i = 0; i < CameraParameters; i++) columns[i] = (CameraParameters * problem.Camera[observation]) + i;
                for (int i = 0; i < Coordinates; i++) columns[CameraParameters + i] = points + (Coordinates * problem.Seen[observation]) + i;
                columns[RowLength - 1] = weights + observation;

                int from = reprojection.RowStarts[r];
                foreach (int column in columns)
                {
                    bool stored = from < reprojection.RowStarts[r + 1] && reprojection.ColumnIndices[from] == column;
                    Columns[entry] = column;
                    Values[entry++] = stored ? reprojection.Values[from++] : 0;
                }

                Rows[++row] = entry;
            }

            for (int r = 0; r < weight.Rows; r++)
            {
                Columns[entry] = weights + weight.ColumnIndices[r];
                Values[entry++] = weight.Values[r];
                Rows[++row] = entry;
            }
        }
    }
}
