// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

/** Where a statement runs: whose body, which layer names, which values. */
record Context(Activation activation, Frame frame, Scope scope) {

  Context inner() {
    return new Context(activation, frame, scope.inner());
  }

  Context turn(String loop, int index) {
    return new Context(activation, frame.turn(loop, index), scope.inner());
  }
}
