// SPDX-License-Identifier: Apache-2.0
//
// Runs a single product or convolution with oneDNN, without a framework around it.
//
//   dnn_peer THREADS INPUT WEIGHT OUTPUT
//
// Shapes are DIMxDIM…; with two dims each the input is multiplied by the transposed weight, with four
// it is convolved with the weight, at stride 1 and padded alike on all sides. oneDNN has every tensor
// in the layout that it likes best, and bringing them there is not counted.
//
// Each line of standard input is a request, as for peer.cpp: "predict SECONDS" runs the product, "train
// SECONDS" besides it those that give the gradients of input and weight.

#include <omp.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <random>
#include <sstream>
#include <string>
#include <unordered_map>

#include <oneapi/dnnl/dnnl.hpp>

#include "rounds.h"

namespace {

using dnnl::memory;
using Dims = memory::dims;

Dims dims(const char* text) {
  Dims dims;
  std::istringstream in(text);
  for (std::string dim; std::getline(in, dim, 'x');) {
    dims.push_back(std::stoll(dim));
  }
  return dims;
}

/** A tensor whose layout is open. */
memory::desc open(const Dims& dims) {
  return memory::desc(dims, memory::data_type::f32, memory::format_tag::any);
}

Dims turned(const Dims& dims) { return {dims[1], dims[0]}; }

class Subject {
 public:
  Subject(const Dims& input, const Dims& weight, const Dims& output) {
    if (input.size() == 2) {
      multiply(forward_, input, turned(weight), output);
      multiply(backward_, output, weight, input);
      multiply(backward_, turned(output), input, weight);
    } else {
      convolve(input, weight, output);
    }
  }

  void predict() { run(forward_); }

  void train() {
    run(forward_);
    run(backward_);
  }

 private:
  struct Work {
    dnnl::primitive primitive;
    std::unordered_map<int, memory> operands;
  };

  void run(std::vector<Work>& all) {
    for (Work& work : all) {
      work.primitive.execute(stream_, work.operands);
    }
    stream_.wait();
  }

  void multiply(std::vector<Work>& where, const Dims& lhs, const Dims& rhs, const Dims& result) {
    dnnl::matmul::primitive_desc plan(engine_, open(lhs), open(rhs), open(result));
    where.push_back({dnnl::matmul(plan),
                     {{DNNL_ARG_SRC, random(plan.src_desc())},
                      {DNNL_ARG_WEIGHTS, random(plan.weights_desc())},
                      {DNNL_ARG_DST, random(plan.dst_desc())}}});
  }

  void convolve(const Dims& input, const Dims& weight, const Dims& output) {
    using dnnl::algorithm;
    Dims strides{1, 1};
    Dims padding{(output[2] - input[2] + weight[2] - 1) / 2, (output[3] - input[3] + weight[3] - 1) / 2};
    auto kind = algorithm::convolution_auto;
    dnnl::convolution_forward::primitive_desc forward(
        engine_, dnnl::prop_kind::forward_training, kind, open(input), open(weight), open(output),
        strides, padding, padding);
    dnnl::convolution_backward_data::primitive_desc data(
        engine_, kind, open(input), open(weight), open(output), strides, padding, padding, forward);
    dnnl::convolution_backward_weights::primitive_desc weights(
        engine_, kind, open(input), open(weight), open(output), strides, padding, padding, forward);
    forward_.push_back({dnnl::convolution_forward(forward),
                        {{DNNL_ARG_SRC, random(forward.src_desc())},
                         {DNNL_ARG_WEIGHTS, random(forward.weights_desc())},
                         {DNNL_ARG_DST, random(forward.dst_desc())}}});
    backward_.push_back({dnnl::convolution_backward_data(data),
                         {{DNNL_ARG_DIFF_DST, random(data.diff_dst_desc())},
                          {DNNL_ARG_WEIGHTS, random(data.weights_desc())},
                          {DNNL_ARG_DIFF_SRC, random(data.diff_src_desc())}}});
    backward_.push_back({dnnl::convolution_backward_weights(weights),
                         {{DNNL_ARG_DIFF_DST, random(weights.diff_dst_desc())},
                          {DNNL_ARG_SRC, random(weights.src_desc())},
                          {DNNL_ARG_DIFF_WEIGHTS, random(weights.diff_weights_desc())}}});
  }

  memory random(const memory::desc& desc) {
    memory result(desc, engine_);
    float* numbers = static_cast<float*>(result.get_data_handle());
    for (size_t i = 0; i < desc.get_size() / sizeof(float); i++) {
      numbers[i] = uniform_(generator_);
    }
    return result;
  }

  std::mt19937 generator_{1};
  std::uniform_real_distribution<float> uniform_{-1, 1};
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
  std::vector<Work> forward_, backward_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fputs("usage: see the start of dnn_peer.cpp\n", stderr);
    return 2;
  }
  omp_set_num_threads(std::atoi(argv[1]));
  Subject subject(dims(argv[2]), dims(argv[3]), dims(argv[4]));
  std::string request;
  for (double seconds; std::cin >> request >> seconds;) {
    bool trains = request == "train";
    double median =
        peer::medianStep([&] { trains ? subject.train() : subject.predict(); }, seconds);
    std::printf("%.9f 0\n", median);
    std::fflush(stdout);
  }
}
