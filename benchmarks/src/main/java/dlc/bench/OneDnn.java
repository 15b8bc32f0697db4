// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import dlc.ir.TensorType;
import java.util.List;
import java.util.stream.Collectors;

/** oneDNN by itself, the library that PyTorch calls for convolutions and many products. */
final class OneDnn {

  static final String NAME = "oneDNN";

  private OneDnn() {}

  /** The program {@code dnn_peer} for one product or convolution of these shapes. */
  static PeerContender start(
      TensorType input, TensorType weight, TensorType output, int threads, Home home) {
    ProcessBuilder program =
        new ProcessBuilder(
            List.of(
                home.program("dnn_peer").toString(),
                Integer.toString(threads),
                shape(input),
                shape(weight),
                shape(output)));
    program.redirectError(ProcessBuilder.Redirect.INHERIT);
    program.environment().put("LD_LIBRARY_PATH", home.libraries("onednn").toString());
    return PeerContender.start(NAME, program);
  }

  private static String shape(TensorType type) {
    return type.dims().stream().map(String::valueOf).collect(Collectors.joining("x"));
  }
}
