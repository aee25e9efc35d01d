using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <content>
/// The form of a rule that devices compile: a struct with what <c>Prepare</c> computed and the constants as fields, and the update of one element over
/// functions that devices have. Neither bool nor double is among the fields: kernels do not take them.
/// </content>
internal sealed partial class RuleWriter
{
    // The runtime's IDeviceUpdate.MostStates are as many.
    private static readonly string[] DeviceStates = ["state0", "state1", "state2", "state3"];

    /// <summary>Of a rule that has no numbers: kernels take no empty structs.</summary>
    private const string NoField = "_none";

    /// <summary>Constants that generic math has no name for, as fields of the device's struct.</summary>
    private readonly Dictionary<int, string> _constants = [];

    private enum UpdateForm
    {
        Element,
        Vector,
        Device,
    }

    /// <summary>Writes <c>OnDevice</c> of the rule: it hands its numbers over, or says why it cannot.</summary>
    private void WriteOnDevice()
    {
        _code.Gap();
        _code.Line("/// <inheritdoc/>");
        if (DeviceObstacle() is { } obstacle)
        {
            _code.Line($"public readonly void OnDevice(IDeviceUpdate<T> device) => throw new NotSupportedException(\"{_spec.ClassName} has no form for devices: {obstacle}.\");");
            return;
        }

        FindConstants();
        List<string> values =
        [
            .. _fieldNames.OrderBy(f => f.Key).Where(f => IsReadPerElement(f.Key))
                .Select(f => _function.TypeOf(f.Key) == ScalarType.Bool ? $"{f.Value} = {f.Value} ? 1 : 0" : $"{f.Value} = {f.Value}"),
            .. _constants.OrderBy(c => c.Key).Select(c => $"{c.Value} = {GenericText(_index.LetOf(c.Key)!, _ => default, vectorForm: false)}"),
        ];
        if (values.Count == 0) values.Add($"{NoField} = 0");
        _code.Line($"public readonly void OnDevice(IDeviceUpdate<T> device) => device.Run(new DeviceRule<T> {{ {string.Join(", ", values)} }});");
    }

    private void WriteDeviceRule()
    {
        if (DeviceObstacle() is not null) return;
        _code.Gap();
        _code.Line($"/// <summary>The update of <see cref=\"{_spec.ClassName}\"/> in the form that devices compile.</summary>");
        using (_code.Block("public struct DeviceRule<T> : IDeviceRule<T>\n    where T : unmanaged, IFloatingPointIeee754<T>"))
        {
            List<(string Type, string Name)> fields =
            [
                .. _fieldNames.OrderBy(f => f.Key).Where(f => IsReadPerElement(f.Key)).Select(f => (_function.TypeOf(f.Key) == ScalarType.Bool ? "int" : "T", f.Value)),
                .. _constants.OrderBy(c => c.Key).Select(c => ("T", c.Value)),
            ];
            if (fields.Count == 0) fields.Add(("int", NoField));
            foreach ((string type, string name) in fields) _code.Line($"internal {type} {name};");
            _code.Gap();
            _code.Line("/// <inheritdoc/>");
            var update = new CodeWriter();
            WriteUpdate(update, UpdateForm.Device);
            using (_code.Block($"public readonly void Update(ref T parameter, T gradient, {string.Join(", ", DeviceStates.Select(s => "ref T " + s))})")) _code.Append(update);
        }
    }

    /// <summary>Why devices cannot compile the rule; null: they can.</summary>
    private string? DeviceObstacle()
    {
        int states = Of(RuleRole.State).Count();
        if (states > DeviceStates.Length) return $"it keeps {NumberText.Integer(states)} values of state for each parameter, and a device takes at most {NumberText.Integer(DeviceStates.Length)}";
        Let? missing = _function.Body.AllItems().OfType<Let>().FirstOrDefault(l => _perElement.Contains(l.Id) && !HasDeviceForm(l));
        return missing is null ? null : $"it computes {missing.Op} for each element, which devices do not have";
    }

    // Functions that every backend has under this name, and computes right.
    private static bool HasDeviceForm(Let let) => let.Op is
        Op.Neg or Op.Abs or Op.Sign or Op.Add or Op.Sub or Op.Mul or Op.Div or Op.Min or Op.Max or Op.Sqrt or Op.Norm or Op.Lt or Op.Le or Op.Eq or Op.Ne
        or Op.And or Op.Or or Op.Not or Op.Select or Op.Detach or Op.Exp or Op.Log or Op.Pow or Op.Sin or Op.Cos or Op.Floor or Op.Ceiling or Op.CopySign;

    private void FindConstants()
    {
        foreach (int value in ReadPerElement())
        {
            if (_constants.ContainsKey(value) || _function.TypeOf(value) is not (ScalarType.F32 or ScalarType.F64)) continue;
            if (_index.LetOf(value) is { Op: Op.Const } let && !(let.RealConstant is 1 or -1 || (let.RealConstant == 0 && let.Payload == 0)))
            {
                _constants.Add(value, "_constant" + NumberText.Integer(_constants.Count));
            }
        }
    }

    private bool IsReadPerElement(int value) => ReadPerElement().Contains(value);

    private HashSet<int> ReadPerElement()
    {
        var read = new HashSet<int>();
        foreach (Item item in _function.Body.AllItems())
        {
            switch (item)
            {
                case Let let when _perElement.Contains(let.Id):
                    read.UnionWith(let.Operands);
                    break;
                case Store store:
                    read.Add(store.Value);
                    break;
                case If branch:
                    read.Add(branch.Condition);
                    read.UnionWith(branch.Results.Items.SelectMany(m => new[] { m.Then, m.Else }));
                    break;
            }
        }

        return read;
    }
}
