// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

/**
 * One layer that a model applies, for the table of {@code dlc check}.
 *
 * @param type the type of its result, for one sample
 * @param weights how many trained numbers it has; 0 when it is applied again
 * @param flops the floating-point operations of its products and convolutions, for one sample
 */
public record LayerRow(String name, String kind, String type, long weights, long flops) {}
