// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class OpTableTest {

  @Test
  void bindsPositionalAndNamedArguments() {
    OpTable.Match match = OpTable.find("F.conv2d(x,w,b,padding=(1,0),groups=3)").orElseThrow();
    assertThat(match.arguments())
        .containsAllEntriesOf(
            Map.of("x", "x", "weight", "w", "bias", "b", "padding", "(1,0)", "stride", "1"));
  }

  @Test
  void takesTheLineWhoseFixedArgumentsFit() {
    assertThat(mode("F.batch_norm(x,None,None,w,b,training=True)")).isEqualTo(OpTable.Mode.SAMPLE);
    assertThat(mode("F.batch_norm(x,m,v,w,b,training=False)")).isEqualTo(OpTable.Mode.EVAL);
    assertThat(mode("F.cross_entropy(x,t)")).isEqualTo(OpTable.Mode.LOSS);
    assertThat(mode("F.cross_entropy(x,t,reduction=\"none\")")).isEqualTo(OpTable.Mode.SAMPLE);
  }

  private static OpTable.Mode mode(String call) {
    return OpTable.find(call).orElseThrow().row().mode();
  }

  @Test
  void knowsNothingOfOtherCalls() {
    assertThat(OpTable.find("F.relu(x, inplace=True)")).isEmpty();
    assertThat(OpTable.find("F.fold(x, 2)")).isEmpty();
    assertThat(OpTable.find("x + 1")).isEmpty();
  }

  @Test
  void writesPythonLiteralsAsDl() {
    assertThat(TorchCall.inDl("(1, (2, True))")).isEqualTo("[1, [2, true]]");
    assertThat(TorchCall.inDl("(10,)")).isEqualTo("[10]");
    assertThat(TorchCall.inDl("-1.")).isEqualTo("-1.0");
    assertThat(TorchCall.inDl(".5")).isEqualTo("0.5");
    assertThat(TorchCall.inDl("1e-5")).isEqualTo("1e-5");
    assertThat(TorchCall.inDl("None")).isEqualTo("none");
    assertThat(TorchCall.inDl("'mean'")).isEqualTo("\"mean\"");
  }
}
