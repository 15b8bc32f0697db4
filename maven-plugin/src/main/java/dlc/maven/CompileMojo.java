// SPDX-License-Identifier: Apache-2.0
package dlc.maven;

import dlc.base.Code;
import dlc.base.CompilationFailed;
import dlc.base.UserError;
import dlc.cpu.binary.Binary;
import dlc.cpu.binary.Linkage;
import dlc.cpu.binary.Platform;
import dlc.driver.ModelFile;
import dlc.driver.RunOptions;
import dlc.driver.StandAlone;
import dlc.driver.Workbench;
import dlc.frontend.CheckedModel;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.lang.model.SourceVersion;
import org.apache.maven.model.Resource;
import org.apache.maven.plugin.AbstractMojo;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.project.MavenProject;
import org.jspecify.annotations.Nullable;

/**
 * Makes a Java class of each model below {@code src/main/dl}: its source among the sources of the
 * project, its native code among the resources.
 *
 * <p>The class is that of {@code dlc compile --emit=jar}. Files that declare no model, which others
 * import, make none.
 */
@Mojo(name = "compile", defaultPhase = LifecyclePhase.GENERATE_SOURCES, threadSafe = true)
public final class CompileMojo extends AbstractMojo {

  private static final String ENDING = ".dl";

  @Parameter(defaultValue = "${project}", readonly = true, required = true)
  private MavenProject project;

  @Parameter(defaultValue = "${plugin.version}", readonly = true, required = true)
  private String version;

  @Parameter(defaultValue = "${os.arch}", readonly = true, required = true)
  private String architecture;

  /** Where the programs are. A folder in it is a part of the package's name. */
  @Parameter(defaultValue = "${project.basedir}/src/main/dl", required = true)
  private File sources;

  /** The package of programs that lie in no folder there. */
  @Parameter(defaultValue = "${project.groupId}", required = true)
  private String packageName;

  /** Where the Java text of classes is written to. */
  @Parameter(defaultValue = "${project.build.directory}/generated-sources/dl", required = true)
  private File output;

  /** Where native code is written to. */
  @Parameter(defaultValue = "${project.build.directory}/generated-resources/dl", required = true)
  private File resources;

  /**
   * The system to make code for: x86_64-linux, aarch64-linux or riscv64-linux. That of this machine
   * where nothing is given.
   */
  @Parameter(property = "dlc.target")
  private @Nullable String target;

  /** The only processor to make code for. Without it there is code for several to choose from. */
  @Parameter(property = "dlc.cpu")
  private @Nullable String cpu;

  /** How many samples a step of training takes, instead of what programs say. */
  @Parameter(property = "dlc.batch")
  private @Nullable Integer batch;

  /** Whether classes only predict, which makes them smaller. */
  @Parameter(property = "dlc.predictOnly", defaultValue = "false")
  private boolean predictOnly;

  /** Where the data are, for programs that measure something of them. */
  @Parameter(property = "dlc.data")
  private @Nullable File data;

  /** New values for params of the programs. */
  @Parameter private Map<String, String> params = new TreeMap<>();

  /** Files of weights to carry inside, by the name of the model. */
  @Parameter private Map<String, File> weights = new TreeMap<>();

  @Override
  public void execute() throws MojoExecutionException, MojoFailureException {
    Generated generated = new Generated(output.toPath(), resources.toPath());
    try {
      List<Path> programs = programs();
      String origin = origin(programs);
      if (generated.isOf(origin)) {
        getLog().info("Nothing to compile: all models are up to date");
      } else {
        generated.clear();
        for (Path program : programs) {
          compile(program, generated);
        }
        generated.finish(origin);
      }
    } catch (CompilationFailed failure) {
      throw new MojoFailureException("\n" + failure.getMessage(), failure);
    } catch (UserError failure) {
      throw new MojoFailureException("\n" + failure.render(), failure);
    } catch (IOException failure) {
      throw new MojoExecutionException(failure.toString(), failure);
    }
    project.addCompileSourceRoot(output.toString());
    Resource code = new Resource();
    code.setDirectory(resources.toString());
    project.addResource(code);
  }

  private List<Path> programs() throws IOException {
    if (!sources.isDirectory()) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(sources.toPath())) {
      return files.filter(file -> file.toString().endsWith(ENDING)).sorted().toList();
    }
  }

  /** All that classes are made of, as text: where it is the same, they are. */
  private String origin(List<Path> programs) throws IOException {
    StringBuilder text = new StringBuilder();
    text.append(
        "%s %s %s %s %s %s %s\n"
            .formatted(version, packageName, platform(), cpu, batch, predictOnly, params));
    for (Path program : programs) {
      text.append(age(program));
    }
    for (Map.Entry<String, File> file : weights.entrySet()) {
      text.append(file.getKey()).append(' ').append(age(file.getValue().toPath()));
    }
    return text.toString();
  }

  private static String age(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new UserError(Code.CANNOT_READ, file, "there is no such file").help("check the name");
    }
    return "%s %s\n".formatted(file, Files.getLastModifiedTime(file));
  }

  private void compile(Path program, Generated generated) throws IOException {
    ModelFile file = ModelFile.load(program, params);
    String place = packageOf(program);
    for (CheckedModel model : file.checked().models()) {
      getLog().info("Compiling %s of %s".formatted(model.name(), program));
      try (Workbench bench = Workbench.open(file, run(model.name()))) {
        generated.add(place, StandAlone.javaSource(bench, options(model.name()), place));
      }
    }
  }

  private RunOptions run(String model) {
    RunOptions run = RunOptions.usual().withModel(model);
    if (data != null) {
      run = run.withData(data.toPath());
    }
    return batch == null ? run : run.withBatch(batch);
  }

  private StandAlone.Options options(String model) throws IOException {
    File file = weights.get(model);
    return new StandAlone.Options(
        version,
        platform(),
        new Linkage.Dynamic(),
        Optional.ofNullable(cpu),
        predictOnly,
        List.of(),
        file == null ? Optional.empty() : Optional.of(Files.readAllBytes(file.toPath())),
        Binary.Symbols.STRIPPED,
        StandAlone.OtherDevices.NONE);
  }

  private Platform platform() {
    String wanted = target == null ? architecture.replace("amd64", "x86_64") + "-linux" : target;
    return Platform.named(wanted)
        .orElseThrow(
            () ->
                new UserError(Code.BAD_OPTION, "there is no target '%s'".formatted(wanted))
                    .help("there are " + List.of(Platform.values())));
  }

  /** The folders that a program lies in, below those of all; else the package of the parameter. */
  private String packageOf(Path program) {
    Path folder = sources.toPath().relativize(program).getParent();
    String name =
        folder == null ? packageName.replace('-', '_') : folder.toString().replace('/', '.');
    if (!SourceVersion.isName(name)) {
      throw new UserError(Code.BAD_OPTION, "'%s' cannot be the name of a package".formatted(name))
          .help("name the folders in src/main/dl as in Java, or set packageName");
    }
    return name;
  }
}
