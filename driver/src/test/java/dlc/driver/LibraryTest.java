// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.driver.LibraryCases.Case;
import dlc.driver.opencl.OpenClDevices;
import dlc.driver.parity.CpuMachine;
import dlc.driver.parity.InterpreterMachine;
import dlc.driver.parity.Machine;
import dlc.frontend.CheckedModel;
import dlc.frontend.ast.Declaration;
import dlc.frontend.ast.Declaration.RoutineKind;
import dlc.frontend.ast.File;
import dlc.frontend.elaborate.Library;
import dlc.frontend.library.Functions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Everything of the standard library, on small models of odd sizes with most of its options. */
final class LibraryTest {

  private static final List<Case> CASES = LibraryCases.all();
  private static final List<String> ENTRIES = List.of("init", "gradients");
  private static final double TOLERANCE = 2e-5;
  private static final int AT_ONCE = 24;
  private static final Set<RoutineKind> KINDS =
      Set.of(RoutineKind.LAYER, RoutineKind.LOSS, RoutineKind.INITIALIZER);
  private static final GradCheck.Options FEW = new GradCheck.Options(3, 3, 1);

  @Test
  void everyDocumentedNameHasACase() {
    Set<String> subjects =
        CASES.stream().map(Case::subject).collect(Collectors.toCollection(TreeSet::new));
    Set<String> untested = documented();
    untested.removeAll(subjects);
    subjects.removeAll(documented());
    assertThat(untested).as("give it a line in library.txt").isEmpty();
    assertThat(subjects).as("in library.txt, but not in the library").isEmpty();
  }

  /** Such as {@code layer conv2d}, for what this test is about. */
  private static Set<String> documented() {
    Set<String> names = new TreeSet<>();
    Functions.all().stream()
        .filter(each -> !each.doc().isEmpty())
        .forEach(each -> names.add("fn " + each.name()));
    for (File file : Library.files()) {
      for (Declaration declaration : file.declarations()) {
        switch (declaration) {
          case Declaration.Function each when !each.doc().isEmpty() ->
              names.add("fn " + each.name());
          case Declaration.Routine each when !each.doc().isEmpty() && KINDS.contains(each.kind()) ->
              names.add(each.kind().name().toLowerCase(Locale.ROOT) + " " + each.name());
          case Declaration _ -> {}
        }
      }
    }
    return names;
  }

  @Test
  void gradientsAgreeWithDifferences() {
    assertThat(failures(LibraryTest::gradientMisses)).isEmpty();
  }

  private static List<String> gradientMisses(Case each) {
    try (Machine machine = new InterpreterMachine()) {
      return GradCheck.run(each.checked(), machine, FEW).stream()
          .filter(GradCheck.Row::isMiss)
          .map(GradCheck.Row::toString)
          .toList();
    }
  }

  /** Every name is compiled, though not in all the forms whose gradients are checked. */
  @Test
  void theProcessorAgreesWithTheInterpreter() {
    try (Machine cpu = new CpuMachine(1)) {
      assertThat(misses(halfOfThem(), cpu)).isEmpty();
    }
  }

  /** Each in one form: a device's driver takes seconds to build some of them. */
  @Test
  void anOpenClDeviceAgreesOnLayersAndLosses() {
    try (Machine device = OpenClDevices.machine()) {
      assertThat(misses(layersAndLosses(), device)).isEmpty();
    }
  }

  private static List<String> misses(List<Case> cases, Machine machine) {
    List<String> misses = new ArrayList<>();
    for (List<Case> some : groups(cases)) {
      boolean hasLoss = some.getFirst().loss().isPresent();
      String loss =
          IntStream.range(0, some.size())
              .mapToObj("sum(sin(output_%d))"::formatted)
              .collect(Collectors.joining(" + "));
      CheckedModel model = hasLoss ? some.getFirst().checked() : LibraryCases.together(some);
      BackendComparison.of(model, loss, ENTRIES, machine, TOLERANCE)
          .forEach(miss -> misses.add(miss + " of " + some));
    }
    return misses;
  }

  private static List<Case> layersAndLosses() {
    Set<String> seen = new TreeSet<>();
    return CASES.stream()
        .filter(each -> !each.subject().startsWith("fn ") && seen.add(each.subject()))
        .toList();
  }

  private static List<Case> halfOfThem() {
    Set<String> seen = new TreeSet<>();
    return IntStream.range(0, CASES.size())
        .filter(i -> seen.add(CASES.get(i).subject()) || i % 2 == 0)
        .mapToObj(CASES::get)
        .toList();
  }

  /** Some at once where they have no loss, else one by one. */
  private static List<List<Case>> groups(List<Case> cases) {
    List<List<Case>> groups = new ArrayList<>();
    List<Case> plain = cases.stream().filter(each -> each.loss().isEmpty()).toList();
    for (int from = 0; from < plain.size(); from += AT_ONCE) {
      groups.add(plain.subList(from, Math.min(plain.size(), from + AT_ONCE)));
    }
    cases.stream()
        .filter(each -> each.loss().isPresent())
        .forEach(each -> groups.add(List.of(each)));
    return groups;
  }

  /** What {@code check} says of each case, with its text; a case that throws is a failure, too. */
  private static List<String> failures(Function<Case, List<String>> check) {
    return CASES.parallelStream()
        .flatMap(
            each -> {
              try {
                return check.apply(each).stream().map(miss -> each + "\n  " + miss);
              } catch (RuntimeException thrown) {
                return Stream.of(each + "\n  " + thrown);
              }
            })
        .toList();
  }
}
