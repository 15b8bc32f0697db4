// SPDX-License-Identifier: Apache-2.0
//
// Layers with their weights, drawn as PyTorch draws them, in the order of the text in dl.

#pragma once

#include <cmath>
#include <functional>
#include <vector>

#include "torch_abi.h"

namespace peer {

namespace ops = at::_ops;
using at::Tensor;

using Layer = std::function<Tensor(const Tensor&)>;
using Dims = std::vector<int64_t>;
using Sizes = std::vector<c10::SymInt>;

constexpr auto kFloat = c10::ScalarType::Float;
constexpr auto kLong = c10::ScalarType::Long;

inline Sizes sizes(const Dims& dims) { return Sizes(dims.begin(), dims.end()); }

inline Tensor filled(const Dims& dims, double value) {
  Tensor result = ops::zeros::call(sizes(dims), kFloat, {}, {}, {});
  ops::fill__Scalar::call(result, value);
  return result;
}

/** Layers in a row. */
inline Layer chain(std::vector<Layer> layers) {
  return [layers = std::move(layers)](const Tensor& input) {
    Tensor value = input;
    for (const Layer& layer : layers) {
      value = layer(value);
    }
    return value;
  };
}

class Network {
 public:
  explicit Network(c10::MemoryFormat format) : format_(format) {}
  Network(const Network&) = delete;

  Tensor operator()(const Tensor& input) const { return chain_(input); }

  /** What the network is; its layers were made here. */
  void is(std::vector<Layer> layers) { chain_ = chain(std::move(layers)); }

  /** Whether layers behave as in training. */
  void setTraining(bool training) { training_ = training; }

  bool isTraining() const { return training_; }

  std::vector<Tensor>& weights() { return weights_; }

  Layer linear(int64_t in, int64_t out, bool zero_bias = false) {
    double bound = 1 / std::sqrt(in);
    Tensor weight = uniform({out, in}, bound);
    std::optional<Tensor> bias = uniform({out}, zero_bias ? 0 : bound);
    return [=](const Tensor& x) { return ops::linear::call(x, weight, bias); };
  }

  Layer conv(int64_t in, int64_t out, int64_t kernel, int64_t pad, int64_t stride, bool biased) {
    double bound = 1 / std::sqrt(in * kernel * kernel);
    Tensor weight = uniform({out, in, kernel, kernel}, bound);
    std::optional<Tensor> bias;
    if (biased) {
      bias = uniform({out}, bound);
    }
    Sizes strides{stride, stride}, padding{pad, pad}, dilation{1, 1};
    return [=](const Tensor& x) {
      return ops::conv2d::call(x, weight, bias, strides, padding, dilation, 1);
    };
  }

  Layer batchnorm(int64_t channels) {
    std::optional<Tensor> weight = constant({channels}, 1), bias = constant({channels}, 0);
    std::optional<Tensor> mean = filled({channels}, 0), var = filled({channels}, 1);
    return [=, this](const Tensor& x) {
      return ops::batch_norm::call(x, weight, bias, mean, var, training_, 0.1, 1e-5, false);
    };
  }

  Layer layernorm(int64_t width) {
    std::optional<Tensor> weight = constant({width}, 1), bias = constant({width}, 0);
    Sizes normalized{width};
    return [=](const Tensor& x) {
      return ops::layer_norm::call(x, normalized, weight, bias, 1e-5, false);
    };
  }

  Layer embedding(int64_t count, int64_t width) {
    Tensor weight = normal({count, width});
    return [=](const Tensor& x) { return ops::embedding::call(weight, x, -1, false, false); };
  }

  Layer positions(int64_t time, int64_t width) {
    Tensor weight = uniform({time, width}, 0.02);
    return [=](const Tensor& x) { return ops::add_Tensor::call(x, weight, 1.0); };
  }

  /** A long short-term memory over [batch, time, in]. */
  Layer lstm(int64_t in, int64_t hidden) {
    double bound = 1 / std::sqrt(hidden);
    std::vector<Tensor> weights{
        uniform({4 * hidden, in}, bound), uniform({4 * hidden, hidden}, bound),
        uniform({4 * hidden}, bound), uniform({4 * hidden}, bound)};
    return [=, this](const Tensor& x) {
      int64_t batch = ops::size_int::call(x, 0);
      Tensor zero = filled({1, batch, hidden}, 0);
      std::vector<Tensor> states{zero, zero};
      return std::get<0>(
          ops::lstm_input::call(x, states, weights, true, 1, 0, training_, false, true));
    };
  }

  /** Attention over [batch, time, width], by PyTorch's fused operator. */
  Layer attention(int64_t time, int64_t width, int64_t heads, bool causal = true) {
    Tensor weight = uniform({3 * width, width}, std::sqrt(6.0 / (4 * width)));
    std::optional<Tensor> bias = constant({3 * width}, 0);
    Layer output = linear(width, width, true);
    Sizes split{-1, time, 3, heads, width / heads}, whole{-1, time, width};
    Dims by_head{2, 0, 3, 1, 4};
    return [=](const Tensor& x) {
      Tensor all = ops::view::call(ops::linear::call(x, weight, bias), split);
      std::vector<Tensor> qkv = ops::unbind_int::call(ops::permute::call(all, by_head), 0);
      Tensor mixed = ops::scaled_dot_product_attention::call(
          qkv[0], qkv[1], qkv[2], {}, 0, causal, {}, false);
      Tensor by_time = ops::transpose_int::call(mixed, 1, 2);
      return output(ops::reshape::call(by_time, whole));
    };
  }

 protected:
  Tensor uniform(const Dims& dims, double bound) {
    Tensor weight = filled(dims, 0);
    ops::uniform_::call(weight, -bound, bound, {});
    return keep(dims.size() == 4 ? ops::contiguous::call(weight, format_) : weight);
  }

  Tensor normal(const Dims& dims) {
    return keep(ops::randn::call(sizes(dims), kFloat, {}, {}, {}));
  }

  Tensor constant(const Dims& dims, double value) { return keep(filled(dims, value)); }

  Tensor keep(Tensor weight) {
    weights_.push_back(weight);
    return weight;
  }

 private:
  c10::MemoryFormat format_;
  bool training_ = true;
  Layer chain_;
  std::vector<Tensor> weights_;
};

}  // namespace peer
