using SymbolicGD.Generator.Ir;

namespace SymbolicGD.Generator.Pipeline.Write;

/// <summary>
/// Writes the optimizer class of an update rule: its properties, and a rule struct that is generic over float and double
/// with the update of one element and of a vector, beside one for devices. What is the same for all elements of a step is computed once.
/// </summary>
internal sealed partial class RuleWriter
{
    private readonly UpdateRuleSpec _spec;
    private readonly Function _function;
    private readonly FunctionIndex _index;
    private readonly HashSet<int> _perElement = [];
    private readonly HashSet<int> _fields = [];
    private readonly Dictionary<int, string> _fieldNames = [];
    private readonly CodeWriter _code = new();

    private RuleWriter(UpdateRuleSpec spec)
    {
        _spec = spec;
        _function = spec.Function;
        _index = new FunctionIndex(_function);
        FindPerElement(_function.Body);
    }

    public static string Write(UpdateRuleSpec spec) => new RuleWriter(spec).Write();

    private static string Member(string name) => NameTable.Pascal(name);

    private IEnumerable<RuleArgument> Of(RuleRole role) => _spec.Arguments.Items.Where(a => a.Role == role);

    private string Write()
    {
        FileHeader.Write(_code, _spec.Method, [$"The optimizer {_spec.ClassName}, compiled from the update rule {_spec.Method}."]);
        if (_spec.Namespace.Length > 0)
        {
            _code.Line($"namespace {_spec.Namespace};");
            _code.Line();
        }

        string summary = _spec.Summary is { Length: > 0 } text ? text : $"The optimizer of the update rule {_spec.Method}.";
        _code.Line($"/// <summary>{Escape(summary)}</summary>");
        using (_code.Block($"{(_spec.IsPublic ? "public" : "internal")} sealed partial class {_spec.ClassName} : UpdateRuleOptimizer"))
        {
            foreach (RuleArgument hyper in Of(RuleRole.Hyper))
            {
                _code.Line($"/// <summary>The hyper-parameter <c>{hyper.Name}</c>; default {NumberText.Real(hyper.Default, ScalarType.F64)}.</summary>");
                _code.Line($"public double {Member(hyper.Name)} {{ get; set; }} = {NumberText.Real(hyper.Default, ScalarType.F64)};");
                _code.Gap();
            }

            _code.Line("/// <inheritdoc/>");
            _code.Line("protected override FitResult<T> Drive<T>(UpdateRuleDriver<T> driver) => driver.Run(new Rule<T>(this));");
            _code.Gap();
            WriteRule();
            WriteDeviceRule();
        }

        return _code.ToString();
    }

    private void WriteRule()
    {
        int states = Of(RuleRole.State).Count();
        _code.Line($"/// <summary>The update of <see cref=\"{_spec.ClassName}\"/>, for one element and for a vector of elements.</summary>");
        using (_code.Block("public struct Rule<T> : IUpdateRule<T>\n    where T : unmanaged, IFloatingPointIeee754<T>"))
        {
            CodeWriter prepare = new(), scalar = new(), vector = new();
            var scalarNames = new Dictionary<int, Text>();
            WritePrepare(prepare, scalarNames);
            WriteUpdate(scalar, UpdateForm.Element);
            bool vectorizes = AllOpsHaveVectorForm();
            if (vectorizes) WriteUpdate(vector, UpdateForm.Vector);

            foreach (RuleArgument hyper in Of(RuleRole.Hyper)) _code.Line($"private readonly double _{hyper.Name};");
            foreach (KeyValuePair<int, string> field in _fieldNames.OrderBy(f => f.Key)) _code.Line($"private {(_function.TypeOf(field.Key) == ScalarType.Bool ? "bool" : "T")} {field.Value};");
            _code.Gap();
            _code.Line("/// <summary>The rule with the optimizer's current hyper-parameters.</summary>");
            using (_code.Block($"public Rule({_spec.ClassName} optimizer)"))
            {
                foreach (RuleArgument hyper in Of(RuleRole.Hyper)) _code.Line($"_{hyper.Name} = optimizer.{Member(hyper.Name)};");
            }

            _code.Gap();
            _code.Line("/// <inheritdoc/>");
            _code.Line($"public static int StateCount => {NumberText.Integer(states)};");
            _code.Gap();
            _code.Line("/// <inheritdoc/>");
            using (_code.Block("public void Prepare(int step, double learningRateFactor)")) _code.Append(prepare);
            _code.Gap();
            _code.Line("/// <inheritdoc/>");
            _code.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
            using (_code.Block("public readonly void Update(ref T parameter, T gradient, ref T state, nuint stride)")) _code.Append(scalar);
            _code.Gap();
            _code.Line("/// <inheritdoc/>");
            _code.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
            using (_code.Block("public readonly void Update(ref Vector512<T> parameter, Vector512<T> gradient, ref T state, nuint stride)"))
            {
                if (vectorizes)
                {
                    _code.Append(vector);
                }
                else
                {
                    _code.Line("// The rule uses a function that has no vector form: lane by lane.");
                    _code.Line("ref T lanes = ref Unsafe.As<Vector512<T>, T>(ref parameter);");
                    using (_code.Block("for (int lane = 0; lane < Vector512<T>.Count; lane++)"))
                    {
                        _code.Line("Update(ref Unsafe.Add(ref lanes, lane), gradient[lane], ref Unsafe.Add(ref state, lane), stride);");
                    }
                }
            }

            WriteOnDevice();
        }
    }

    /// <summary>What depends on the parameter, the gradient or a state differs from element to element.</summary>
    private void FindPerElement(Region region)
    {
        foreach (Item item in region.Items)
        {
            switch (item)
            {
                case Load load:
                    _perElement.Add(load.Id);
                    break;
                case Let let when let.Operands.Any(_perElement.Contains):
                    _perElement.Add(let.Id);
                    break;
                case If branch:
                    FindPerElement(branch.Then);
                    FindPerElement(branch.Else);
                    foreach (Merge merge in branch.Results)
                    {
                        if (new[] { branch.Condition, merge.Then, merge.Else }.Any(_perElement.Contains)) _perElement.Add(merge.Result);
                    }

                    break;
                case Loop or Alloc:
                    throw new NotSupportedInTargetException("an update rule works on one element; it has no loops and no arrays");
            }
        }
    }

    /// <summary>Computes what is the same for all elements, and keeps in fields what the update reads of it.</summary>
    private void WritePrepare(CodeWriter code, Dictionary<int, Text> texts)
    {
        foreach (Item item in _function.Body.AllItems())
        {
            bool perElement = item switch
            {
                Let let => _perElement.Contains(let.Id),
                If branch => _perElement.Contains(branch.Condition),
                _ => true,
            };
            if (!perElement && item is not If) continue;
            IEnumerable<int> reads = item is If b ? b.Results.Items.SelectMany(m => new[] { m.Then, m.Else }).Concat([b.Condition]) : item.Reads();
            foreach (int value in reads)
            {
                if (!_perElement.Contains(value) && !_index.IsConstant(value) && _function.TypeOf(value) != ScalarType.I32) _fields.Add(value);
            }
        }

        var names = new NameTable("step", "learningRateFactor");
        Walk(_function.Body);

        void Walk(Region region)
        {
            foreach (Item item in region.Items)
            {
                if (item is Let let && !_perElement.Contains(let.Id))
                {
                    Define(let.Id, GenericText(let, v => texts[v], vectorForm: false));
                }
                else if (item is If branch)
                {
                    Walk(branch.Then);
                    Walk(branch.Else);
                    foreach (Merge merge in branch.Results)
                    {
                        if (_perElement.Contains(merge.Result)) continue;
                        Define(merge.Result, OpText.Scalar(Op.Select, default, default, texts[branch.Condition], texts[merge.Then], texts[merge.Else]));
                    }
                }
            }
        }

        void Define(int value, Text text)
        {
            if (_index.LetOf(value) is { Op: Op.Const })
            {
                texts[value] = text;
                return;
            }

            if (_fields.Contains(value))
            {
                string field = "_" + names.Unique(_function.Values[value].Name is { } n && Of(RuleRole.Hyper).All(h => h.Name != n) ? n : (_function.Values[value].Name ?? "t") + "Now");
                _fieldNames[value] = field;
                code.Line($"{field} = {text};");
                texts[value] = new Text(field);
            }
            else if (_index.UsesOf(value) == 1 && text.Code.Length < 60)
            {
                texts[value] = text;
            }
            else
            {
                string name = names.Unique(_function.Values[value].Name);
                code.Line($"{(_function.TypeOf(value) == ScalarType.Bool ? "bool" : _function.TypeOf(value) == ScalarType.I32 ? "int" : "T")} {name} = {text};");
                texts[value] = new Text(name);
            }
        }
    }

    private void WriteUpdate(CodeWriter code, UpdateForm form)
    {
        bool vectorForm = form == UpdateForm.Vector;
        var texts = new Dictionary<int, Text>();
        var names = form == UpdateForm.Device ? new NameTable(["parameter", "gradient", .. DeviceStates]) : new NameTable("parameter", "gradient", "state", "stride");
        string type = vectorForm ? "Vector512<T>" : "T";
        int k = 0;
        var stateOf = new Dictionary<int, string>();
        foreach (RuleArgument state in Of(RuleRole.State))
        {
            string place = form == UpdateForm.Device ? DeviceStates[k] : k == 0 ? "state" : k == 1 ? "Unsafe.Add(ref state, stride)" : $"Unsafe.Add(ref state, {NumberText.Integer(k)} * stride)";
            stateOf[state.Buffer] = place;
            k++;
        }

        var current = new Dictionary<int, string>();
        foreach (RuleArgument argument in _spec.Arguments)
        {
            if (argument.Role == RuleRole.Parameter) current[argument.Buffer] = "parameter";
            if (argument.Role == RuleRole.Gradient) current[argument.Buffer] = "gradient";
            if (argument.Role != RuleRole.State) continue;
            string name = names.Unique(argument.Name);
            code.Line(vectorForm ? $"{type} {name} = Vector512.LoadUnsafe(ref {stateOf[argument.Buffer]});" : $"{type} {name} = {stateOf[argument.Buffer]};");
            current[argument.Buffer] = name;
        }

        string? parameterStore = null;                   // written last: what is stored in the states may still read the parameter
        Walk(_function.Body, null);
        if (parameterStore is not null) code.Line(parameterStore);

        void Walk(Region region, string? mask)
        {
            foreach (Item item in region.Items)
            {
                switch (item)
                {
                    case Load load:
                        texts[load.Id] = new Text(current[load.Buffer]);
                        break;
                    case Let let when _perElement.Contains(let.Id):
                        Define(let.Id, GenericText(let, Operand, vectorForm));
                        break;
                    case Store store:
                        string target = stateOf.TryGetValue(store.Buffer, out string? place) ? place : "parameter";
                        string value = Operand(store.Value).Code;
                        if (mask is not null) value = vectorForm ? $"Vector512.ConditionalSelect({mask}, {value}, {current[store.Buffer]})" : $"{mask} ? {value} : {current[store.Buffer]}";
                        if (stateOf.ContainsKey(store.Buffer))
                        {
                            code.Line(vectorForm ? $"{new Text(value, Operand(store.Value).Precedence).Under(Text.Atom)}.StoreUnsafe(ref {target});" : $"{target} = {value};");
                        }
                        else if (mask is null)
                        {
                            parameterStore = $"{target} = {value};";
                        }
                        else
                        {
                            code.Line($"{target} = {value};");
                        }

                        break;
                    case If branch:
                        Walk(branch.Then, Writes(branch.Then) ? Mask(branch.Condition, false, mask) : mask);
                        Walk(branch.Else, Writes(branch.Else) ? Mask(branch.Condition, true, mask) : mask);
                        foreach (Merge merge in branch.Results)
                        {
                            if (!_perElement.Contains(merge.Result)) continue;
                            Define(merge.Result, vectorForm
                                ? OpText.Vector(Op.Select, Operand(branch.Condition), Operand(merge.Then), Operand(merge.Else))
                                : OpText.Scalar(Op.Select, default, default, Operand(branch.Condition), Operand(merge.Then), Operand(merge.Else)));
                        }

                        break;
                }
            }
        }

        string Mask(int condition, bool negate, string? outer)
        {
            string text = negate ? (vectorForm ? "~" : "!") + Operand(condition).Under(Text.UnaryOperator) : Operand(condition).Code;
            return outer is null ? text : vectorForm ? $"({outer}) & ({text})" : $"({outer}) && ({text})";
        }

        void Define(int value, Text text)
        {
            if (_index.UsesOf(value) == 1 && _function.Values[value].Name is null && text.Code.Length < 80)
            {
                texts[value] = text;
                return;
            }

            string name = names.Unique(_function.Values[value].Name);
            code.Line($"{(_function.TypeOf(value) == ScalarType.Bool && !vectorForm ? "bool" : type)} {name} = {text};");
            texts[value] = new Text(name);
        }

        Text Operand(int value)
        {
            if (texts.TryGetValue(value, out Text known)) return known;
            if (_fieldNames.TryGetValue(value, out string? field))
            {
                if (form == UpdateForm.Device && _function.TypeOf(value) == ScalarType.Bool) return new Text(field + " != 0", Text.Equality);
                if (!vectorForm) return new Text(field);
                return new Text(_function.TypeOf(value) == ScalarType.Bool ? $"Lanes.Mask<T>({field})" : $"Vector512.Create({field})");
            }

            if (form == UpdateForm.Device && _constants.TryGetValue(value, out string? constantField)) return new Text(constantField);
            Let let = _index.LetOf(value)!;
            Text constant = GenericText(let, _ => default, vectorForm: false);
            return vectorForm ? new Text($"Vector512.Create({constant})") : constant;
        }
    }

    private static bool Writes(Region region) => region.AllItems().Any(i => i is Store);

    private bool AllOpsHaveVectorForm() => _function.Body.AllItems().OfType<Let>().Where(l => _perElement.Contains(l.Id)).All(l => l.Op is
        Op.Neg or Op.Abs or Op.Sign or Op.Add or Op.Sub or Op.Mul or Op.Div or Op.Min or Op.Max or Op.Sqrt or Op.Norm or Op.Lt or Op.Le or Op.Eq or Op.Ne
        or Op.And or Op.Or or Op.Not or Op.Select or Op.Detach);

    /// <summary>An operation over T, or over vectors of T: generic math has a name for each.</summary>
    private Text GenericText(Let let, Func<int, Text> operand, bool vectorForm)
    {
        ScalarType type = _function.TypeOf(let.Id);
        switch (let.Op)
        {
            case Op.Const when type == ScalarType.I32:
                return new Text(NumberText.Integer(let.Payload));
            case Op.Const when type == ScalarType.Bool:
                return new Text(let.Payload != 0 ? "true" : "false");
            case Op.Const:
                return let.RealConstant switch
                {
                    0 when let.Payload == 0 => new Text("T.Zero"),
                    1 => new Text("T.One"),
                    -1 => new Text("T.NegativeOne"),
                    _ => new Text($"T.CreateTruncating({NumberText.Real(let.RealConstant, ScalarType.F64)})"),
                };
            case Op.Argument:
                RuleArgument argument = _spec.Arguments[(int)let.Payload];
                if (argument.Role == RuleRole.Step) return new Text("step");
                return new Text($"T.CreateTruncating(_{argument.Name}{(argument.Name == "learningRate" ? " * learningRateFactor" : string.Empty)})");
            case Op.Convert:
                return new Text(type == ScalarType.I32 ? $"int.CreateTruncating({operand(let.A)})" : $"T.CreateTruncating({operand(let.A)})");
            case Op.Sign when vectorForm:
                Text x = operand(let.A);
                return new Text($"Vector512.ConditionalSelect(Vector512.GreaterThan({x}, Vector512<T>.Zero), Vector512<T>.One, Vector512.ConditionalSelect(Vector512.LessThan({x}, Vector512<T>.Zero), -Vector512<T>.One, {x}))");
            case Op.Norm when !vectorForm:
                return new Text($"T.Sqrt({operand(let.A)})");
        }

        Text a = operand(let.A), b = let.B < 0 ? default : operand(let.B), c = let.C < 0 ? default : operand(let.C);
        if (vectorForm) return OpText.Vector(let.Op, a, b, c);
        if (type.IsReal() && let.Op is not (Op.Neg or Op.Add or Op.Sub or Op.Mul or Op.Div or Op.Rem or Op.Select or Op.Detach))
        {
            string name = let.Op switch { Op.Expm1 => "ExpM1", Op.Log1p => "LogP1", _ => let.Op.ToString() };
            if (let.Op is Op.Sign) return new Text($"({a.Under(Text.Sum)} > T.Zero ? T.One : {a.Under(Text.Sum)} < T.Zero ? T.NegativeOne : {a})");
            if (let.Op is Op.Sigmoid or Op.Softplus or Op.Erf or Op.Erfc or Op.LogGamma or Op.Digamma or Op.Trigamma or Op.Polygamma) throw new NotSupportedInTargetException($"{let.Op} is not available to update rules");
            if (let.Op == Op.Fma) name = "FusedMultiplyAdd";
            return new Text($"T.{name}({string.Join(", ", new[] { a, b, c }.Where(t => t.Code is not null).Select(t => t.Code))})");
        }

        return OpText.Scalar(let.Op, type, let.A < 0 ? type : _function.TypeOf(let.A), a, b, c);
    }

    private static string Escape(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");
}
