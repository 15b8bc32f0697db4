// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

/**
 * What came of training on one side.
 *
 * @param loss that of the test part
 * @param accuracy that of the test part; NaN where there are no classes
 * @param seconds how long training took, without validation and test; dlc's with its compilation
 */
record SampleRow(double loss, double accuracy, double seconds) {}
