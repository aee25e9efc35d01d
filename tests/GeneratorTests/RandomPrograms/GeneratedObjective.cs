using System.Numerics;
using System.Reflection;
using SymbolicGD.Generator.Ir;
using SymbolicGD.GeneratorTests.Support;

namespace SymbolicGD.GeneratorTests.RandomPrograms;

/// <summary>Makes and calls a generated objective, whose class is known at run time only.</summary>
internal static class GeneratedObjective
{
    /// <summary>Calls the constructor with data, constants and extents by the names of its parameters.</summary>
    public static object Create(Assembly assembly, RandomProgram program, LossSpec spec, IrInputs inputs)
    {
        Type type = assembly.GetType($"RandomPrograms.{ProgramBatch.ClassName}+{program.Name}Objective")
            ?? throw new InvalidOperationException($"no class {program.Name}Objective was generated");
        ConstructorInfo constructor = type.GetConstructors().Single();
        object[] values = constructor.GetParameters().Select(p => Value(p, spec.Function, inputs)).ToArray();
        return constructor.Invoke(values);
    }

    /// <summary>Value and gradient at the parameters among the inputs.</summary>
    /// <param name="batch">The examples, in this order; null for all, as they come.</param>
    public static (double Value, double[] Gradient) Gradient<T>(object objective, LossSpec spec, IrInputs inputs, int[]? batch = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] parameters = Flat<T>(spec, inputs.Arguments);
        var gradient = new T[parameters.Length];
        if (objective is DeviceObjective<T> onDevice) return OnDevice(onDevice, parameters, gradient, batch);
        var host = (HostObjective<T>)objective;
        T value = batch is null ? host.Gradient(parameters, gradient) : ((ExampleObjective<T>)host).Gradient(parameters, batch, gradient);
        T alone = batch is null ? host.Value(parameters) : ((ExampleObjective<T>)host).Value(parameters, batch);
        CheckSame(value, alone);
        return (double.CreateChecked(value), gradient.Select(double.CreateChecked).ToArray());
    }

    /// <summary>The objective with its data on a device; null where it has no kernels for devices.</summary>
    public static IDisposable? On(object objective, ILGPU.Runtime.Accelerator accelerator) => (IDisposable?)objective.GetType().GetMethod("On")?.Invoke(objective, [accelerator]);

    private static (double Value, double[] Gradient) OnDevice<T>(DeviceObjective<T> objective, T[] parameters, T[] gradient, int[]? batch)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T value, alone;
        if (batch is null)
        {
            value = objective.Gradient(parameters, gradient);
            alone = objective.Value(parameters);
        }
        else
        {
            var examples = (DeviceExampleObjective<T>)objective;
            using VectorHandle<T> point = objective.CreateVector(), slope = objective.CreateVector();
            point.CopyFrom(parameters);
            value = examples.Gradient(point, batch, slope);
            alone = examples.Value(point, batch);
            slope.CopyTo(gradient);
        }

        CheckSame(value, alone);
        return (double.CreateChecked(value), gradient.Select(double.CreateChecked).ToArray());
    }

    /// <summary>Where both are too large for the type, or no numbers, they are the same too: whether they should be is for the comparison with dual numbers.</summary>
    private static void CheckSame<T>(T value, T alone)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double difference = Math.Abs(double.CreateChecked(value - alone));
        if (!value.Equals(alone) && !(difference <= 1e-4 * (1 + Math.Abs(double.CreateChecked(value))))) throw new InvalidOperationException($"Gradient returns the value {value}, Value {alone}.");
    }

    /// <summary>The Hessian at the parameters among the inputs times the direction among them.</summary>
    public static double[] Product<T>(object objective, LossSpec spec, IrInputs inputs)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] parameters = Flat<T>(spec, inputs.Arguments), product = new T[parameters.Length];
        if (objective is DeviceObjective<T> onDevice) onDevice.HessianVectorProduct(parameters, Flat<T>(spec, inputs.Direction), product);
        else ((HostObjective<T>)objective).HessianVectorProduct(parameters, Flat<T>(spec, inputs.Direction), product);
        return product.Select(double.CreateChecked).ToArray();
    }

    public static T[] Flat<T>(LossSpec spec, double[][] values)
        where T : unmanaged, IFloatingPointIeee754<T> => spec.Function.Arguments
            .Select((argument, index) => (argument, index))
            .Where(a => a.argument.Role == ArgumentRole.Parameter)
            .SelectMany(a => values[a.index]).Select(T.CreateChecked).ToArray();

    private static object Value(ParameterInfo parameter, Function loss, IrInputs inputs)
    {
        for (int a = 0; a < loss.Arguments.Count; a++)
        {
            if (loss.Arguments[a].Name != parameter.Name) continue;
            Argument argument = loss.Arguments[a];
            double[] values = inputs.Arguments[a];
            Type type = parameter.ParameterType;
            if (type == typeof(ReadOnlyMemory<double>)) return new ReadOnlyMemory<double>(values);
            if (type == typeof(ReadOnlyMemory<float>)) return new ReadOnlyMemory<float>(values.Select(v => (float)v).ToArray());
            if (type == typeof(ReadOnlyMemory<int>)) return new ReadOnlyMemory<int>(values.Select(v => (int)v).ToArray());
            if (type == typeof(MatrixMemory<double>)) return Matrix(values);
            if (type == typeof(MatrixMemory<float>)) return Matrix(values.Select(v => (float)v).ToArray());
            if (values.Length == 1) return Convert.ChangeType(values[0], type, System.Globalization.CultureInfo.InvariantCulture);

            MatrixMemory<T> Matrix<T>(T[] elements) => new(elements, inputs.Extents[argument.Extent], inputs.Extents[argument.Columns]);
        }

        for (int e = 0; e < loss.Extents.Count; e++)
        {
            if (loss.Extents[e].Name == parameter.Name) return inputs.Extents[e];
        }

        // The number of examples where no column tells it.
        if (parameter.ParameterType == typeof(int)) return inputs.ExampleCount;
        throw new InvalidOperationException($"The constructor asks for '{parameter.Name}', which is neither an argument nor an extent.");
    }
}
