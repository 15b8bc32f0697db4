// SPDX-License-Identifier: Apache-2.0
package dlc.ir.op;

/**
 * Sums of products: matrix products and the three convolutions of training.
 *
 * <p>They differ in nothing but the index functions of their {@link Comprehension}, and share one
 * scheduling scheme.
 */
public sealed interface Contraction extends Computed
    permits Dot, Convolution, ConvolutionInputGrad, ConvolutionWeightGrad, RoutedWeightGrad {}
