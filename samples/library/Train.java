// SPDX-License-Identifier: Apache-2.0

// Trains the model of corners.dl from Java and predicts with it:
//
//   dlc compile corners.dl --emit=jar -o corners.jar
//   java --enable-native-access=ALL-UNNAMED -cp corners.jar Train.java corners.safetensors

static final int BATCH = 8;

void main(String[] arguments) throws Exception {
  try (Corners model = Corners.open()) {
    var random = new java.util.Random(1);
    float loss = 0;
    for (int step = 0; step < 500; step++) {
      float[] points = new float[2 * BATCH];
      int[] labels = new int[BATCH];
      for (int i = 0; i < BATCH; i++) {
        labels[i] = i % 2;
        points[2 * i] = random.nextFloat() + labels[i];
        points[2 * i + 1] = random.nextFloat() - labels[i];
      }
      loss = model.trainStep(points, labels);
    }
    float[] scores = model.predict(new float[] {1.5f, -0.5f});
    IO.println("loss %.4f, scores %.6f %.6f".formatted(loss, scores[0], scores[1]));
    model.save(java.nio.file.Path.of(arguments[0]));
  }
}
