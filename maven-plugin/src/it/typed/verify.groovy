// SPDX-License-Identifier: Apache-2.0
import java.util.jar.JarFile

String log = new File(basedir, "build.log").text
assert log.contains("Compiling Points of")
assert log.contains("Compiling Halves of")
assert !log.contains("scaled.dl")
assert log.contains("Nothing to compile: all models are up to date")
assert log.contains("Tests run: 2, Failures: 0, Errors: 0, Skipped: 0")

// The project's jar holds all that its users need.
new JarFile(new File(basedir, "target/typed-1.jar")).withCloseable { jar ->
  def names = jar.entries().collect { it.name }
  assert names.contains("org/example/Points.class")
  assert names.contains("org/example/tables/Halves.class")
  assert names.any { it.endsWith("/libpoints.so") }
}
