// SPDX-License-Identifier: Apache-2.0
package dlc.cpu.binary;

import dlc.cpu.binary.BinaryModel.Code;
import dlc.cpu.binary.BinaryModel.Data;
import dlc.cpu.binary.BinaryModel.Training;
import dlc.cpu.binary.BinaryModel.Version;
import dlc.cpu.binary.Constants.Field;
import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.KernelProgram.Place;
import dlc.ir.kernel.KernelProgram.Region;
import dlc.ir.kernel.KernelProgram.Slot;
import dlc.runtime.data.Split;
import dlc.runtime.data.Split.Share;
import dlc.runtime.file.ElementType;
import dlc.runtime.file.NumberArray;
import dlc.runtime.file.SafeTensors;
import dlc.runtime.train.EarlyStop;
import dlc.runtime.train.Task;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes the constants that {@code model.h} declares, field by field in its order. */
final class ModelTables {

  /** The element types of {@code model.h} in its order. */
  private static final List<String> TYPES =
      List.of("f32", "f64", "f16", "bf16", "i32", "i64", "u8", "bool");

  private final BinaryModel model;
  private final Constants constants = new Constants();

  /** Whether the runtime of programs is linked, and not that of libraries. */
  private final boolean isProgram;

  private ModelTables(BinaryModel model, boolean isProgram) {
    this.model = model;
    this.isProgram = isProgram;
  }

  /** The module with {@code dlc_model} and the list of commands. */
  static String write(BinaryModel model) {
    ModelTables tables = new ModelTables(model, true);
    tables.constants.named("dlc_model", tables.model());
    tables.constants.named("commands", tables.commands());
    return tables.constants.module();
  }

  /** The module with {@code dlc_model} and the form of saved weights. */
  static String writeForLibrary(BinaryModel model) {
    ModelTables tables = new ModelTables(model, false);
    tables.constants.named("dlc_model", tables.model());
    tables.constants.named("dlc_saved_form", tables.savedForm());
    return tables.constants.module();
  }

  /** What the function of an entry point is called, and before it what its module is. */
  static String prefix(Version version, Code code) {
    return "dlc.%s.b%d".formatted(version.name(), code.batch());
  }

  private List<Field> model() {
    List<Field> fields = new ArrayList<>();
    fields.add(text(model.identity().model()));
    fields.add(text(model.identity().compiler()));
    fields.add(text(model.identity().file()));
    fields.add(text(model.training().map(Training::optimizer).orElse("")));
    fields.add(text(model.training().map(Training::loss).orElse("")));
    addCode(fields);
    addData(fields);
    addTraining(fields);
    addScoring(fields);
    addDescription(fields);
    return fields;
  }

  private void addCode(List<Field> fields) {
    fields.add(Field.of(model.stateBytes()));
    fields.add(Field.of(model.states().size()));
    fields.add(
        constants.structs(
            model.states().entrySet().stream()
                .map(state -> slot(state.getKey(), state.getValue(), place(state.getKey())))
                .toList()));
    fields.add(Field.of(model.weightCount()));
    fields.add(Field.of(model.versions().size()));
    fields.add(constants.structs(model.versions().stream().map(this::version).toList()));
    DeviceTables devices = new DeviceTables(constants, this::slots);
    fields.add(Field.of(model.devices().size()));
    fields.add(constants.structs(model.devices().stream().map(devices::version).toList()));
    fields.add(model.devices().isEmpty() ? Field.NULL : constants.function("dlc_opencl"));
  }

  private Place place(String state) {
    Slot slot = model.slots().get(state);
    if (slot == null) {
      throw new IllegalStateException("no memory is planned for " + state);
    }
    return slot.place();
  }

  private List<Field> version(Version version) {
    return List.of(
        text(version.name()),
        Field.of(version.level()),
        Field.of(version.code().size()),
        constants.structs(version.code().stream().map(code -> entry(version, code)).toList()));
  }

  private List<Field> entry(Version version, Code code) {
    KernelProgram.Entry entry = code.entry();
    return List.of(
        text(entry.name()),
        Field.of(code.batch()),
        function(version, code, entry),
        isProgram && entry.prepared() > 0 ? function(version, code, entry.again()) : Field.NULL,
        Field.NULL,
        Field.of(code.program().workBytes()),
        Field.of(entry.inputs().size()),
        Field.of(entry.results().size()),
        slots(entry));
  }

  private Field function(Version version, Code code, KernelProgram.Entry entry) {
    return constants.function(prefix(version, code) + "." + entry.name());
  }

  /** Those of the inputs, then of the results. */
  private Field slots(KernelProgram.Entry entry) {
    List<List<Field>> slots = new ArrayList<>();
    entry.inputs().forEach((input, slot) -> slots.add(slot(input, slot)));
    entry.results().forEach((result, slot) -> slots.add(slot(result, slot)));
    return constants.structs(slots);
  }

  private List<Field> slot(String name, Slot slot) {
    return slot(name, slot.type(), slot.place());
  }

  private List<Field> slot(String name, TensorType type, Place place) {
    return List.of(
        text(name),
        Field.of(number(type.dtype())),
        Field.of(type.rank()),
        constants.struct(type.dims().stream().map(dim -> Field.of(dim)).toList()),
        Field.of(type.elements()),
        Field.of(place.offset()),
        Field.of(place.region() == Region.STATE));
  }

  /** A place that means nothing. */
  private List<Field> port(String name, TensorType type) {
    return slot(name, type, new Place(Region.WORK, 0));
  }

  private static int number(DType type) {
    int number = TYPES.indexOf(type.toString());
    if (number < 0) {
      throw new IllegalStateException("model.h has no number for " + type);
    }
    return number;
  }

  private void addData(List<Field> fields) {
    fields.add(Field.of(model.inputs().size()));
    fields.add(
        constants.structs(
            model.inputs().entrySet().stream()
                .map(input -> port(input.getKey(), input.getValue()))
                .toList()));
    fields.add(Field.of(model.target().isPresent()));
    fields.addAll(port("target", model.target().orElse(TensorType.of(DType.F32))));
    fields.add(text(model.output()));
    fields.add(takesImages() && isProgram ? constants.function("dlc_read_image") : Field.NULL);
    fields.add(model.data().map(this::source).orElse(Field.NULL));
  }

  /** Whether a sample is one image of one or three colors. */
  private boolean takesImages() {
    return model.inputs().size() == 1
        && model.inputs().values().stream()
            .allMatch(
                type ->
                    type.rank() == 3
                        && (type.dim(0) == 1 || type.dim(0) == 3)
                        && type.dtype().isFloat());
  }

  private Field source(Data data) {
    List<List<Field>> options =
        data.options().stream()
            .map(option -> List.of(text(option.getKey()), text(option.getValue())))
            .toList();
    return constants.struct(
        List.of(
            text(data.kind()),
            constants.function("dlc_source_" + data.kind()),
            data.kind().equals("csv") ? constants.function("dlc_inputs_csv") : Field.NULL,
            Field.of(options.size()),
            constants.structs(options),
            data.test().map(this::source).orElse(Field.NULL)));
  }

  private void addTraining(List<Field> fields) {
    Optional<Training> training = model.training();
    Optional<Split> split = training.map(Training::split);
    fields.add(Field.of(split.flatMap(Split::validation).map(Share::amount).orElse(0.0)));
    fields.add(Field.of(split.flatMap(Split::validation).map(Share::isFraction).orElse(false)));
    fields.add(Field.of(split.map(Split::isStratified).orElse(false)));
    fields.add(Field.of(training.map(Training::folds).orElse(0)));
    fields.add(Field.of(training.map(Training::batch).orElse(1)));
    fields.add(Field.of(training.map(each -> each.epochs().orElse(0)).orElse(0)));
    fields.add(Field.of(training.map(each -> each.steps().orElse(0)).orElse(0)));
    fields.add(Field.of(training.map(Training::seed).orElse(0)));
    fields.add(Field.of(training.map(Training::lr).orElse(0.0)));
    fields.add(Field.of(training.map(Training::dropLast).orElse(false)));
    fields.add(Field.of(training.map(Training::accumulate).orElse(1)));
    fields.add(Field.of(training.map(Training::hasSchedule).orElse(false)));
    Optional<EarlyStop> early = training.flatMap(Training::early);
    fields.add(Field.of(early.isPresent()));
    fields.add(Field.of(early.map(EarlyStop::patience).orElse(0)));
    fields.add(text(early.map(EarlyStop::on).orElse("")));
    fields.add(Field.of(early.map(EarlyStop::least).orElse(0.0)));
    fields.add(Field.of(early.map(EarlyStop::restores).orElse(false)));
    fields.add(Field.of(training.map(each -> each.saved().every()).orElse(1)));
    fields.add(Field.of(training.map(each -> each.saved().kept()).orElse(1)));
    fields.add(Field.of(training.map(each -> each.saved().keepsBest()).orElse(false)));
  }

  private void addScoring(List<Field> fields) {
    switch (model.scoring().task()) {
      case Task.Classes(int count, int axis, var ignored) -> {
        fields.add(Field.of(0));
        fields.add(Field.of(count));
        fields.add(Field.of(axis));
        fields.add(Field.of(ignored.isPresent()));
        fields.add(Field.of(ignored.orElse(0)));
        fields.add(Field.of(0.0));
      }
      case Task.Binary(double threshold) -> addTask(fields, 1, threshold);
      case Task.Values _ -> addTask(fields, 2, 0);
    }
    fields.add(Field.of(model.scoring().link().ordinal()));
    fields.add(Field.of(model.scoring().metrics().size()));
    fields.add(
        constants.struct(
            model.scoring().metrics().stream().map(each -> Field.of(each.ordinal())).toList()));
    fields.add(Field.of(model.scoring().classes().size()));
    fields.add(texts(model.scoring().classes()));
  }

  private static void addTask(List<Field> fields, int kind, double threshold) {
    fields.add(Field.of(kind));
    for (int i = 0; i < 4; i++) {
      fields.add(Field.of(0));
    }
    fields.add(Field.of(threshold));
  }

  private void addDescription(List<Field> fields) {
    fields.add(Field.of(model.params().size()));
    fields.add(pairs(model.params()));
    addSteered(fields);
    fields.add(Field.of(model.layers().size()));
    fields.add(pairs(model.layers()));
    fields.add(model.embedded().map(constants::blob).orElse(Field.NULL));
    fields.add(Field.of(model.embedded().map(bytes -> bytes.length).orElse(0)));
  }

  private void addSteered(List<Field> fields) {
    BinaryModel.Steered steered = model.steered();
    fields.add(Field.of(steered.presets().size()));
    fields.add(
        constants.structs(
            steered.presets().entrySet().stream()
                .map(param -> List.of(text(param.getKey()), Field.of(param.getValue())))
                .toList()));
    fields.add(Field.of(steered.aliases().size()));
    fields.add(pairs(steered.aliases()));
    fields.add(Field.of(steered.formulas().size()));
    fields.add(formulas(steered.formulas()));
    fields.add(Field.of(steered.constraints().size()));
    fields.add(formulas(steered.constraints()));
  }

  private Field formulas(List<BinaryModel.Formula> formulas) {
    return constants.structs(
        formulas.stream()
            .map(
                formula ->
                    List.of(
                        text(formula.name()),
                        Field.of(formula.holds()),
                        Field.of(formula.terms().size()),
                        constants.structs(
                            formula.terms().stream()
                                .map(
                                    term ->
                                        List.of(
                                            Field.of(term.kind().ordinal()),
                                            Field.of(term.value())))
                                .toList())))
            .toList());
  }

  private Field pairs(Map<String, String> pairs) {
    return constants.structs(
        pairs.entrySet().stream()
            .map(pair -> List.of(text(pair.getKey()), text(pair.getValue())))
            .toList());
  }

  private Field texts(List<String> texts) {
    return constants.struct(texts.stream().map(this::text).toList());
  }

  private Field text(String text) {
    return constants.text(text);
  }

  /** Averages of weights, where there are such, are saved under the names of the weights. */
  private List<Field> savedForm() {
    Map<String, TensorType> weights = new LinkedHashMap<>();
    model
        .states()
        .forEach(
            (name, type) -> {
              if (name.indexOf('/') < 0) {
                weights.put(name, type);
              }
            });
    Map<String, NumberArray> arrays = new LinkedHashMap<>();
    weights.forEach(
        (name, type) ->
            arrays.put(
                name,
                new NumberArray(
                    ElementType.of(type.dtype()),
                    type.dims(),
                    Arena.ofAuto().allocate(type.bytes()))));
    byte[] start = SafeTensors.start(arrays, Map.of());
    List<List<Field>> slots = new ArrayList<>();
    weights.forEach(
        (name, type) -> {
          String average = name + "/ema";
          slots.add(slot(name, type, place(model.slots().containsKey(average) ? average : name)));
        });
    return List.of(
        Field.of(start.length),
        constants.blob(start),
        Field.of(slots.size()),
        constants.structs(slots));
  }

  /** Those commands for which there are entry points; the rest of the runtime is left out. */
  private List<Field> commands() {
    List<Field> fields = new ArrayList<>();
    if (model.has("train_step") && model.data().isPresent()) {
      add(fields, "train", "[options]", "trains the model, and saves its weights with --save");
    }
    if (model.has("eval_step") && model.data().isPresent()) {
      add(fields, "eval", "--weights W [options]", "measures saved weights on the test data");
    }
    if (model.has("predict")) {
      add(fields, "predict", "--weights W INPUT…", "says what the model makes of each INPUT");
    }
    add(fields, "info", "", "shows what this program is and which processor it was made for");
    for (int i = 0; i < 5; i++) {
      fields.add(Field.NULL);
    }
    return fields;
  }

  private void add(List<Field> fields, String name, String use, String help) {
    fields.add(text(name));
    fields.add(text(use));
    fields.add(text(help));
    fields.add(constants.function(name + "_flags"));
    fields.add(constants.function("run_" + name));
  }
}
