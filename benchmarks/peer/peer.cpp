// SPDX-License-Identifier: Apache-2.0
//
// Trains one of the models with PyTorch, on random data in memory, and tells how long steps take.
//
//   peer MODEL BATCH THREADS nchw|nhwc
//
// For each number of seconds that it reads from standard input it runs steps for so long, at least
// one, and prints the seconds of the median step and the last loss. A step is what a PyTorch
// program does: forward, loss, backward, optimizer (the fused kind), gradients set to none.
//
//   peer MODEL BATCH replay FILE
//
// Trains on what FILE holds instead, and prints the loss of each step: the weights as floats, then for
// each step the inputs as floats and the labels as 64-bit integers.

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "torch_abi.h"

namespace ops = at::_ops;
using at::Tensor;

namespace {

using Layer = std::function<Tensor(const Tensor&)>;
using Sizes = std::vector<c10::SymInt>;
using Clock = std::chrono::steady_clock;

constexpr auto kFloat = c10::ScalarType::Float;
constexpr auto kLong = c10::ScalarType::Long;

Tensor filled(const Sizes& size, double value) {
  Tensor result = ops::zeros::call(size, kFloat, {}, {}, {});
  ops::fill__Scalar::call(result, value);
  return result;
}

/** Layers with their weights, drawn as PyTorch draws them. */
class Network {
 public:
  explicit Network(c10::MemoryFormat format) : format_(format) {}

  Tensor operator()(const Tensor& input) const {
    Tensor value = input;
    for (const Layer& layer : layers_) {
      value = layer(value);
    }
    return value;
  }

  Network& then(Layer layer) {
    layers_.push_back(std::move(layer));
    return *this;
  }

  Layer linear(int64_t in, int64_t out) {
    double bound = 1 / std::sqrt(in);
    Tensor weight = weightOf({out, in}, bound);
    std::optional<Tensor> bias = weightOf({out}, bound);
    return [=](const Tensor& x) { return ops::linear::call(x, weight, bias); };
  }

  Layer conv(int64_t in, int64_t out, int64_t kernel, int64_t pad, int64_t stride, bool biased) {
    double bound = 1 / std::sqrt(in * kernel * kernel);
    Tensor weight = weightOf({out, in, kernel, kernel}, bound);
    std::optional<Tensor> bias;
    if (biased) {
      bias = weightOf({out}, bound);
    }
    Sizes strides{stride, stride}, padding{pad, pad}, dilation{1, 1};
    return [=](const Tensor& x) {
      return ops::conv2d::call(x, weight, bias, strides, padding, dilation, 1);
    };
  }

  Layer batchnorm(int64_t channels) {
    bytes_.insert(bytes_.end(), 2, channels * sizeof(float));
    std::optional<Tensor> weight = filled({channels}, 1), bias = filled({channels}, 0);
    std::optional<Tensor> mean = filled({channels}, 0), var = filled({channels}, 1);
    weights_.push_back(*weight);
    weights_.push_back(*bias);
    return [=](const Tensor& x) {
      return ops::batch_norm::call(x, weight, bias, mean, var, true, 0.1, 1e-5, false);
    };
  }

  std::vector<Tensor>& weights() { return weights_; }

  /** How many bytes each weight has. */
  const std::vector<size_t>& weightBytes() const { return bytes_; }

 private:
  Tensor weightOf(const std::vector<int64_t>& dims, double bound) {
    size_t bytes = sizeof(float);
    for (int64_t dim : dims) {
      bytes *= dim;
    }
    bytes_.push_back(bytes);
    Sizes size(dims.begin(), dims.end());
    Tensor weight = filled(size, 0);
    ops::uniform_::call(weight, -bound, bound, {});
    if (size.size() == 4) {
      weight = ops::contiguous::call(weight, format_);
    }
    weights_.push_back(weight);
    return weight;
  }

  c10::MemoryFormat format_;
  std::vector<Layer> layers_;
  std::vector<Tensor> weights_;
  std::vector<size_t> bytes_;
};

Tensor relu(const Tensor& x) { return ops::relu::call(x); }

Tensor flatten(const Tensor& x) { return ops::flatten_using_ints::call(x, 1, -1); }

Tensor maxpool(const Tensor& x) {
  static const std::vector<int64_t> two{2, 2}, zero{0, 0}, one{1, 1};
  return ops::max_pool2d::call(x, two, two, zero, one, false);
}

Tensor globalAverage(const Tensor& x) {
  static const Sizes one{1, 1};
  return ops::adaptive_avg_pool2d::call(x, one);
}

void m1(Network& net) {
  net.then(net.linear(784, 512)).then(relu).then(net.linear(512, 256)).then(relu);
  net.then(net.linear(256, 10));
}

void m2(Network& net) {
  net.then(net.conv(3, 16, 3, 1, 1, true)).then(relu).then(maxpool).then(flatten);
  net.then(net.linear(16 * 16 * 16, 10));
}

void m3(Network& net) {
  net.then(net.conv(1, 6, 5, 2, 1, true)).then(relu).then(maxpool);
  net.then(net.conv(6, 16, 5, 0, 1, true)).then(relu).then(maxpool).then(flatten);
  net.then(net.linear(400, 120)).then(relu).then(net.linear(120, 84)).then(relu);
  net.then(net.linear(84, 10));
}

void m4(Network& net) {
  int64_t in = 3;
  for (int64_t out : {64, 128, 256}) {
    for (int i = 0; i < 2; i++, in = out) {
      net.then(net.conv(in, out, 3, 1, 1, true)).then(net.batchnorm(out)).then(relu);
    }
    net.then(maxpool);
  }
  net.then(flatten).then(net.linear(256 * 4 * 4, 10));
}

Layer basicBlock(Network& net, int64_t in, int64_t out, int64_t stride) {
  Layer conv1 = net.conv(in, out, 3, 1, stride, false), norm1 = net.batchnorm(out);
  Layer conv2 = net.conv(out, out, 3, 1, 1, false), norm2 = net.batchnorm(out);
  Layer shortcut = [](const Tensor& x) { return x; };
  if (stride != 1 || in != out) {
    Layer conv = net.conv(in, out, 1, 0, stride, false), norm = net.batchnorm(out);
    shortcut = [=](const Tensor& x) { return norm(conv(x)); };
  }
  return [=](const Tensor& x) {
    Tensor y = norm2(conv2(relu(norm1(conv1(x)))));
    ops::add__Tensor::call(y, shortcut(x), 1.0);
    return relu(y);
  };
}

void m5(Network& net) {
  net.then(net.conv(3, 64, 3, 1, 1, false)).then(net.batchnorm(64)).then(relu);
  int64_t in = 64;
  for (int64_t out : {64, 128, 256, 512}) {
    net.then(basicBlock(net, in, out, out == 64 ? 1 : 2)).then(basicBlock(net, out, out, 1));
    in = out;
  }
  net.then(globalAverage).then(flatten).then(net.linear(512, 10));
}

/** The update of all weights by one call into PyTorch. */
class Optimizer {
 public:
  explicit Optimizer(std::vector<Tensor>& weights) : weights_(weights) {
    for (const Tensor& weight : weights) {
      first_.push_back(ops::zeros_like::call(weight, {}, {}, {}, {}, {}));
      second_.push_back(ops::zeros_like::call(weight, {}, {}, {}, {}, {}));
      steps_.push_back(step_);
    }
  }

  void sgd(double lr, double momentum, double decay) {
    ops::_fused_sgd_::call(
        weights_, takeGrads(), first_, decay, momentum, lr, 0, false, false, false, {}, {});
  }

  void adam(double lr) {
    ops::add__Tensor::call(step_, one_, 1.0);
    ops::_fused_adam_::call(
        weights_, takeGrads(), first_, second_, none_, steps_, lr, 0.9, 0.999, 0, 1e-8, false,
        false, {}, {});
  }

 private:
  /** The gradients; the weights have none afterwards. */
  const std::vector<Tensor>& takeGrads() {
    grads_.clear();
    for (const Tensor& weight : weights_) {
      grads_.push_back(std::move(weight.impl()->mutable_grad()));
    }
    return grads_;
  }

  std::vector<Tensor>& weights_;
  std::vector<Tensor> first_, second_, grads_, none_, steps_;
  Tensor step_ = filled({}, 0), one_ = filled({}, 1);
};

struct Case {
  const char* name;
  std::vector<int64_t> sample;
  void (*build)(Network&);
  void (*update)(Optimizer&);
};

const std::vector<Case> kCases{
    {"M1", {784}, m1, [](Optimizer& o) { o.sgd(0.001, 0.9, 0); }},
    {"M2", {3, 32, 32}, m2, [](Optimizer& o) { o.sgd(0.001, 0.9, 0); }},
    {"M3", {1, 28, 28}, m3, [](Optimizer& o) { o.adam(0.001); }},
    {"M4", {3, 32, 32}, m4, [](Optimizer& o) { o.sgd(0.001, 0.9, 5e-4); }},
    {"M5", {3, 32, 32}, m5, [](Optimizer& o) { o.sgd(0.001, 0.9, 5e-4); }},
};

/** Keeps freed memory, so that steps do not ask the system for it again and again. */
void keepMemory() {
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 64 << 20);
}

/** Fills a tensor from the file; false at its end. */
bool readInto(Tensor& tensor, size_t bytes, std::FILE* file) {
  void* data = nullptr;
  aoti_torch_get_data_ptr(&tensor, &data);
  return std::fread(data, 1, bytes, file) == bytes;
}

size_t elements(const std::vector<int64_t>& sizes) {
  size_t product = 1;
  for (int64_t size : sizes) {
    product *= size;
  }
  return product;
}

Tensor trainingStep(
    const Case& chosen, Network& net, Optimizer& optimizer, const Tensor& input,
    const Tensor& target) {
  Tensor loss = ops::cross_entropy_loss::call(net(input), target, {}, 1, -100, 0.0);
  torch::autograd::backward({loss}, {}, {}, false, {});
  c10::GradMode::set_enabled(false);
  chosen.update(optimizer);
  c10::GradMode::set_enabled(true);
  return loss;
}

void replay(const Case& chosen, int64_t batch, const char* path) {
  std::FILE* file = std::fopen(path, "rb");
  if (file == nullptr) {
    std::perror(path);
    std::_Exit(2);
  }
  Network net(c10::MemoryFormat::Contiguous);
  chosen.build(net);
  for (size_t i = 0; i < net.weights().size(); i++) {
    readInto(net.weights()[i], net.weightBytes()[i], file);
  }
  Optimizer optimizer(net.weights());
  for (Tensor& weight : net.weights()) {
    ops::requires_grad_::call(weight, true);
  }
  std::vector<int64_t> sizes{batch};
  sizes.insert(sizes.end(), chosen.sample.begin(), chosen.sample.end());
  Tensor input = ops::zeros::call(Sizes(sizes.begin(), sizes.end()), kFloat, {}, {}, {});
  Tensor target = ops::randint::call(10, Sizes{batch}, kLong, {}, {}, {});
  while (readInto(input, elements(sizes) * sizeof(float), file) &&
         readInto(target, batch * sizeof(int64_t), file)) {
    Tensor loss = trainingStep(chosen, net, optimizer, input, target);
    std::printf("%.9g\n", ops::item::call(loss).toDouble());
  }
  std::fflush(stdout);
}

void serve(const Case& chosen, int64_t batch, c10::MemoryFormat format) {
  Network net(format);
  chosen.build(net);
  Optimizer optimizer(net.weights());
  for (Tensor& weight : net.weights()) {
    ops::requires_grad_::call(weight, true);
  }
  Sizes size{batch};
  size.insert(size.end(), chosen.sample.begin(), chosen.sample.end());
  Tensor input = ops::randn::call(size, kFloat, {}, {}, {});
  if (size.size() == 4) {
    input = ops::contiguous::call(input, format);
  }
  Tensor target = ops::randint::call(10, Sizes{batch}, kLong, {}, {}, {});

  auto step = [&] { return trainingStep(chosen, net, optimizer, input, target); };

  std::vector<double> times;
  for (double seconds; std::cin >> seconds;) {
    times.clear();
    Tensor loss;
    auto end = Clock::now() + std::chrono::duration<double>(seconds);
    for (auto before = Clock::now(); times.empty() || before < end;) {
      loss = step();
      auto after = Clock::now();
      times.push_back(std::chrono::duration<double>(after - before).count());
      before = after;
    }
    std::nth_element(times.begin(), times.begin() + times.size() / 2, times.end());
    std::printf("%.9f %.6f\n", times[times.size() / 2], ops::item::call(loss).toDouble());
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && !std::strcmp(argv[1], "--version")) {
    std::puts(at::show_config().c_str());
    return 0;
  }
  if (argc != 5) {
    std::fputs("usage: peer MODEL BATCH THREADS nchw|nhwc, or peer MODEL BATCH replay FILE\n", stderr);
    return 2;
  }
  keepMemory();
  at::globalContext().setFlushDenormal(true);
  bool replays = !std::strcmp(argv[3], "replay");
  at::set_num_threads(replays ? 1 : std::atoi(argv[3]));
  auto format = std::strcmp(argv[4], "nhwc") ? c10::MemoryFormat::Contiguous
                                             : c10::MemoryFormat::ChannelsLast;
  for (const Case& each : kCases) {
    if (!std::strcmp(each.name, argv[1])) {
      if (replays) {
        replay(each, std::atoi(argv[2]), argv[4]);
      } else {
        serve(each, std::atoi(argv[2]), format);
      }
      std::_Exit(0);
    }
  }
  std::fprintf(stderr, "peer: no model is called %s\n", argv[1]);
  return 2;
}
