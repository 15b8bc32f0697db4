// SPDX-License-Identifier: Apache-2.0
package org.example;

/** Learns in which third of the plane points lie. */
public final class Classifier implements AutoCloseable {

  private static final int BATCH = 32;

  private final Points points = Points.open();

  /** One step of training on a batch of random points; gives its loss. */
  public float step(java.util.Random random) {
    float[] batch = new float[2 * BATCH];
    int[] thirds = new int[BATCH];
    for (int i = 0; i < BATCH; i++) {
      batch[2 * i] = 2 * random.nextFloat() - 1;
      batch[2 * i + 1] = 2 * random.nextFloat() - 1;
      thirds[i] = third(batch[2 * i]);
    }
    return points.trainStep(batch, thirds);
  }

  private static int third(float x) {
    return x < -0.33f ? 0 : x < 0.33f ? 1 : 2;
  }

  /** The scores of the three. */
  public float[] scores(float x, float y) {
    return points.predict(new float[] {x, y});
  }

  @Override
  public void close() {
    points.close();
  }
}
