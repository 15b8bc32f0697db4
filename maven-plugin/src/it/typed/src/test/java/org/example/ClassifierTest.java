// SPDX-License-Identifier: Apache-2.0
package org.example;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.example.tables.Halves;
import org.junit.jupiter.api.Test;

class ClassifierTest {

  @Test
  void learnsThirds() {
    try (Classifier classifier = new Classifier()) {
      Random random = new Random(1);
      float first = classifier.step(random);
      float last = first;
      for (int i = 0; i < 500; i++) {
        last = classifier.step(random);
      }
      assertTrue(last < first / 3, first + " became " + last);
      float[] scores = classifier.scores(-0.9f, 0);
      assertTrue(scores[0] > scores[1] && scores[0] > scores[2]);
    }
  }

  @Test
  void aModelOfAnotherPackageImportsALayer() {
    try (Halves halves = Halves.open()) {
      assertArrayEquals(
          new float[] {0.5f, 1, 1.5f, 2}, halves.predict(new float[] {1, 2, 3, 4}));
    }
  }
}
