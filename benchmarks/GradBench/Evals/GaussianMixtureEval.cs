using System.Text.Json;
using System.Text.Json.Nodes;
using GradBench.Losses;

namespace GradBench.Evals;

/// <summary>The eval <c>gmm</c>: the log posterior of a mixture of Gaussians and its gradient.</summary>
internal static class GaussianMixtureEval
{
    internal static Dictionary<string, Evaluation> Functions { get; } = new(StringComparer.Ordinal)
    {
        ["objective"] = input =>
        {
            var problem = new Problem(input);
            double value = 0;
            return new Prepared(() => value = problem.Constant - problem.Objective.Value(problem.Point), () => value);
        },
        ["jacobian"] = input =>
        {
            var problem = new Problem(input);
            double[] gradient = new double[problem.Point.Length];
            return new Prepared(() => problem.Objective.Gradient(problem.Point, gradient), () => problem.Named(gradient));
        },
    };

    private sealed class Problem
    {
        private readonly int components;
        private readonly int dimensions;
        private readonly int triangle;

        internal Problem(JsonElement input)
        {
            components = Json.Integer(input, "k");
            dimensions = Json.Integer(input, "d");
            triangle = dimensions * (dimensions - 1) / 2;
            double gamma = Json.Real(input, "gamma");
            int m = Json.Integer(input, "m");
            Objective = new GaussianMixture.NegativeLogPosteriorObjective(
                Json.Matrix(input, "x"), gamma, m, components: components, dimensions: dimensions, triangle: triangle);
            Constant = GaussianMixture.LogPriorConstant(dimensions, components, gamma, m);
            Point = [.. Json.Vector(input, "alpha"), .. Json.Matrix(input, "mu"), .. Json.Matrix(input, "q"), .. Json.Matrix(input, "l")];
        }

        internal GaussianMixture.NegativeLogPosteriorObjective Objective { get; }

        internal double Constant { get; }

        internal double[] Point { get; }

        /// <summary>The gradient of the posterior itself, which is minus that of the loss, as an object like the input.</summary>
        internal JsonObject Named(double[] gradient)
        {
            double[] ascent = Array.ConvertAll(gradient, value => -value);
            GaussianMixture.NegativeLogPosteriorObjective.Parameters view = Objective.View(ascent);
            return new JsonObject
            {
                ["alpha"] = Json.Array(view.Alpha),
                ["mu"] = Rows(view.Mu),
                ["q"] = Rows(view.Q),
                ["l"] = Rows(view.L),
            };
        }

        private static JsonArray Rows(SymbolicGD.Matrix<double> matrix)
        {
            var rows = new JsonArray();
            for (int r = 0; r < matrix.Rows; r++) rows.Add(Json.Array(matrix.Row(r)));
            return rows;
        }
    }
}
