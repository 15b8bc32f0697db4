// SPDX-License-Identifier: Apache-2.0
//
// How steps are timed, whoever computes them.

#pragma once

#include <algorithm>
#include <chrono>
#include <vector>

namespace peer {

/** Runs steps for `seconds`, at least one, and gives the seconds of the median step. */
template <typename Step>
double medianStep(const Step& step, double seconds) {
  using Clock = std::chrono::steady_clock;
  static std::vector<double> times;
  times.clear();
  auto end = Clock::now() + std::chrono::duration<double>(seconds);
  for (auto before = Clock::now(); times.empty() || before < end;) {
    step();
    auto after = Clock::now();
    times.push_back(std::chrono::duration<double>(after - before).count());
    before = after;
  }
  std::nth_element(times.begin(), times.begin() + times.size() / 2, times.end());
  return times[times.size() / 2];
}

}  // namespace peer
