// SPDX-License-Identifier: Apache-2.0
//
// Prints how many GFLOP/s the processor reaches at best on some threads, by multiply-adds in
// registers.
//
//   peak THREADS

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace {

#ifdef __AVX512F__
constexpr int kLanes = 16;
#else
constexpr int kLanes = 8;
#endif
typedef float Vector __attribute__((vector_size(kLanes * sizeof(float))));

constexpr int kAccumulators = 12;
constexpr long kSteps = 10'000'000;
constexpr int kRounds = 25;

/** Enough independent sums that no addition waits for the one before. */
float multiplyAdd() {
  std::array<Vector, kAccumulators> sums;
  for (int i = 0; i < kAccumulators; i++) {
    sums[i] = Vector{} + static_cast<float>(2 + i);
  }
  Vector factor = Vector{} + 0.999f, term = Vector{} + 0.001f;
  for (long step = 0; step < kSteps; step++) {
    for (Vector& sum : sums) {
      sum = sum * factor + term;
    }
  }
  float total = 0;
  for (Vector& sum : sums) {
    total += sum[0];
  }
  return total;
}

}  // namespace

int main(int argc, char** argv) {
  int count = argc > 1 ? std::atoi(argv[1]) : 1;
  double best = 0;
  volatile float kept = 0;
  for (int round = 0; round < kRounds; round++) {
    auto start = std::chrono::steady_clock::now();
    std::vector<std::thread> threads;
    for (int i = 0; i < count; i++) {
      threads.emplace_back([&] { kept = multiplyAdd(); });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    double operations = 2.0 * kLanes * kAccumulators * kSteps * count;
    best = std::max(best, operations / taken.count() / 1e9);
  }
  std::printf("%.1f\n", best);
}
