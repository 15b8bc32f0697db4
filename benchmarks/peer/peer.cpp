// SPDX-License-Identifier: Apache-2.0
//
// Runs a model or a layer with PyTorch, on data in memory, and tells how long that takes.
//
//   peer model NAME BATCH THREADS nchw|nhwc f32|bf16
//   peer layer TAPE THREADS nchw|nhwc
//   peer replay NAME BATCH TAPE
//
// Each line of standard input is a request. "train SECONDS" and "predict SECONDS" run steps for so
// long, at least one, and print the seconds of the median step and a mean; a step of training is
// what a PyTorch program does: forward, loss, backward, optimizer (the fused kind), gradients set
// to none. "dump FILE" writes results as floats. The last form prints the losses of training on a
// tape.

#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>

#include "layer.h"
#include "model.h"
#include "rounds.h"

namespace {

using namespace peer;

/** Keeps freed memory, so that steps do not ask the system for it again and again. */
void keepMemory() {
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 64 << 20);
}

/** Prints the seconds of the median step, and the mean of what the last one gave. */
void time(const std::function<Tensor()>& step, double seconds) {
  Tensor result;
  double median = medianStep([&] { result = step(); }, seconds);
  double mean = ops::item::call(ops::mean::call(result, {})).toDouble();
  std::printf("%.9f %.6f\n", median, mean);
}

void serve(Subject& subject) {
  std::string request, operand;
  while (std::cin >> request >> operand) {
    if (request == "dump") {
      subject.dump(operand);
      std::puts("done");
    } else {
      bool trains = request == "train";
      auto step = [&] { return trains ? subject.train() : subject.predict(); };
      time(step, std::atof(operand.c_str()));
    }
    std::fflush(stdout);
  }
}

const Model& known(const char* name) {
  const Model* model = modelNamed(name);
  if (model == nullptr) {
    std::fprintf(stderr, "peer: no model is called %s\n", name);
    std::_Exit(2);
  }
  return *model;
}

c10::MemoryFormat format(const std::string& name) {
  return name == "nhwc" ? c10::MemoryFormat::ChannelsLast : c10::MemoryFormat::Contiguous;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  std::string what = words.empty() ? "" : words[0];
  keepMemory();
  at::globalContext().setFlushDenormal(true);
  if (what == "model" && words.size() == 6) {
    at::set_num_threads(std::stoi(words[3]));
    ModelSubject subject(known(argv[2]), std::stoi(words[2]), format(words[4]), words[5] == "bf16");
    serve(subject);
  } else if (what == "layer" && words.size() == 4) {
    at::set_num_threads(std::stoi(words[2]));
    LayerSubject subject(words[1], format(words[3]));
    serve(subject);
  } else if (what == "replay" && words.size() == 4) {
    at::set_num_threads(1);
    ModelSubject subject(known(argv[2]), std::stoi(words[2]), c10::MemoryFormat::Contiguous);
    subject.replay(words[3]);
  } else if (what == "--version") {
    std::puts(at::show_config().c_str());
  } else {
    std::fputs("usage: see the start of peer.cpp\n", stderr);
    return 2;
  }
  std::fflush(stdout);
  std::_Exit(0);  // PyTorch's threads need no goodbye
}
