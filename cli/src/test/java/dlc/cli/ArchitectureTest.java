// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Holds the walls between the modules that ARCHITECTURE.md draws. */
final class ArchitectureTest {

  /** A module and all that it may use: other modules, then libraries. The JDK is for everybody. */
  enum Module {
    BASE("dlc.base"),
    GRAMMAR("dlc.grammar", "org.antlr"),
    IR("dlc.ir", "dlc.base"),
    PASSES("dlc.passes", "dlc.ir", "dlc.base"),
    FRONTEND("dlc.frontend", "dlc.grammar", "dlc.ir", "dlc.base", "org.antlr"),
    RUNTIME("dlc.runtime", "dlc.ir", "dlc.base", "tools.jackson", "com.fasterxml", "org.slf4j"),
    CODEGEN_CPU("dlc.cpu", "dlc.ir", "dlc.runtime", "dlc.base", "org.bytedeco"),
    CODEGEN_OPENCL("dlc.opencl", "dlc.ir", "dlc.runtime", "dlc.base", "org.jocl"),
    DRIVER(
        "dlc.driver",
        "dlc.cpu",
        "dlc.opencl",
        "dlc.runtime",
        "dlc.frontend",
        "dlc.passes",
        "dlc.ir",
        "dlc.base",
        "org.slf4j"),
    REPORT(
        "dlc.report",
        "dlc.runtime",
        "dlc.ir",
        "dlc.base",
        "com.google.protobuf",
        "com.sun.net.httpserver",
        "de.erichseifert",
        "org.knowm.xchart",
        "tools.jackson"),
    DRAWING(
        "dlc.drawing",
        "dlc.frontend",
        "dlc.ir",
        "dlc.base",
        "org.eclipse.elk",
        "org.eclipse.emf",
        "com.github.weisj"),
    LSP("dlc.lsp", "dlc.frontend", "dlc.base", "org.eclipse.lsp4j"),
    CLI(
        "dlc.cli",
        "dlc.lsp",
        "dlc.drawing",
        "dlc.report",
        "dlc.driver",
        "dlc.cpu",
        "dlc.opencl",
        "dlc.runtime",
        "dlc.frontend",
        "dlc.passes",
        "dlc.ir",
        "dlc.base",
        "picocli",
        "me.tongfei",
        "org.jline",
        "tools.jackson",
        "com.fasterxml",
        "org.slf4j");

    private final String root;
    private final List<String> uses;

    Module(String root, String... uses) {
      this.root = root;
      this.uses = List.of(uses);
    }

    /** The packages that classes of this module may name, in ArchUnit's notation. */
    String[] allowed() {
      return Stream.concat(Stream.of(root, "java", "javax", "org.jspecify"), uses.stream())
          .map(name -> name + "..")
          .toArray(String[]::new);
    }
  }

  /** What only the command line may do, by the class that offers it. */
  private static final Map<String, Set<String>> PROCESS_WIDE =
      Map.of(
          "java.lang.System",
          Set.of("out", "err", "in", "exit", "getProperty", "getProperties", "setProperty"),
          "java.lang.Runtime",
          Set.of("exit", "halt"),
          "java.lang.Boolean",
          Set.of("getBoolean"),
          "java.lang.Integer",
          Set.of("getInteger"),
          "java.lang.Long",
          Set.of("getLong"));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(location -> !location.contains("test-classes"))
          .importPackages("dlc");

  /** An ArchUnit that cannot read the class files of this Java imports nothing and agrees. */
  @ParameterizedTest
  @EnumSource
  void classesWereImported(Module module) {
    long count =
        CLASSES.stream().filter(type -> type.getPackageName().startsWith(module.root)).count();
    assertThat(count).as("the number of classes in %s", module.root).isPositive();
  }

  @ParameterizedTest
  @EnumSource
  void aModuleUsesOnlyWhatStandsBelowIt(Module module) {
    classes()
        .that()
        .resideInAPackage(module.root + "..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(module.allowed())
        .because("ARCHITECTURE.md lists what each module may import")
        .check(CLASSES);
  }

  @Test
  void everyClassBelongsToAModule() {
    List<String> strays =
        CLASSES.stream()
            .map(type -> type.getPackageName() + ".")
            .filter(name -> !name.startsWith("dlc.testkit."))
            .filter(
                name ->
                    Stream.of(Module.values())
                        .noneMatch(module -> name.startsWith(module.root + ".")))
            .distinct()
            .toList();
    assertThat(strays).as("packages that belong to no module").isEmpty();
  }

  @Test
  void onlyTheParserKnowsAntlr() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dlc.grammar..", "dlc.frontend.parse..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.antlr..", "dlc.grammar..")
        .because("the AST is what the rest of the front end sees of the grammar")
        .check(CLASSES);
  }

  @Test
  void onlyTheDevicePackageKnowsJocl() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dlc.opencl.device..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.jocl..")
        .because("OpenCL C is made and tested on machines without OpenCL")
        .check(CLASSES);
  }

  @Test
  void onlyTheCommandLineTouchesTheProcess() {
    classes()
        .that()
        .resideOutsideOfPackages("dlc.cli..", "dlc.testkit..")
        .should(leaveTheProcessAlone())
        .because("dlc is a library too: it neither prints, exits, nor reads system properties")
        .check(CLASSES);
  }

  private static ArchCondition<JavaClass> leaveTheProcessAlone() {
    return new ArchCondition<>("leave streams, exit and system properties to dlc.cli") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        for (JavaAccess<?> access : type.getAccessesFromSelf()) {
          if (PROCESS_WIDE
              .getOrDefault(access.getTargetOwner().getName(), Set.of())
              .contains(access.getTarget().getName())) {
            events.add(SimpleConditionEvent.violated(access, access.getDescription()));
          }
        }
      }
    };
  }
}
