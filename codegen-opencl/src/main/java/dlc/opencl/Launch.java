// SPDX-License-Identifier: Apache-2.0
package dlc.opencl;

/**
 * Some steps of an entry point, to be run by as many work-items as there are turns to share.
 *
 * @param function the kernel to launch
 * @param first the first step that it is to run
 * @param last the last one
 * @param turns how many turns the outermost loop of the steps makes, which work-items share
 * @param items how many work-items a group must have, each turn being one group's; 0 where any
 *     number
 * @param sharedBytes how much memory the items of a group share
 * @param call the number of the call that the first step is a part of
 */
public record Launch(
    String function, int first, int last, int turns, int items, long sharedBytes, int call) {}
