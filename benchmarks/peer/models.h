// SPDX-License-Identifier: Apache-2.0
//
// The models of ../models, layer by layer as they stand there.

#pragma once

#include <cstring>

#include "network.h"
#include "optimizer.h"

namespace peer {

inline Tensor relu(const Tensor& x) { return ops::relu::call(x); }

inline Tensor gelu(const Tensor& x) { return ops::gelu::call(x, "none"); }

inline Tensor flatten(const Tensor& x) { return ops::flatten_using_ints::call(x, 1, -1); }

inline Tensor maxpool(const Tensor& x) {
  static const Dims two{2, 2}, zero{0, 0}, one{1, 1};
  return ops::max_pool2d::call(x, two, two, zero, one, false);
}

inline Tensor globalAverage(const Tensor& x) {
  static const Sizes one{1, 1};
  return ops::adaptive_avg_pool2d::call(x, one);
}

/** x plus what `branch` makes of it. */
inline Layer residual(Layer branch) {
  return [=](const Tensor& x) { return ops::add_Tensor::call(x, branch(x), 1.0); };
}

inline void m1(Network& net) {
  Layer first = net.linear(784, 512), second = net.linear(512, 256), third = net.linear(256, 10);
  net.is({first, relu, second, relu, third});
}

inline void m2(Network& net) {
  Layer conv = net.conv(3, 16, 3, 1, 1, true), classify = net.linear(16 * 16 * 16, 10);
  net.is({conv, relu, maxpool, flatten, classify});
}

inline void m3(Network& net) {
  Layer conv1 = net.conv(1, 6, 5, 2, 1, true), conv2 = net.conv(6, 16, 5, 0, 1, true);
  Layer first = net.linear(400, 120), second = net.linear(120, 84), third = net.linear(84, 10);
  net.is({conv1, relu, maxpool, conv2, relu, maxpool, flatten, first, relu, second, relu, third});
}

inline void m4(Network& net) {
  std::vector<Layer> layers;
  int64_t in = 3;
  for (int64_t out : {64, 128, 256}) {
    for (int i = 0; i < 2; i++, in = out) {
      layers.push_back(net.conv(in, out, 3, 1, 1, true));
      layers.push_back(net.batchnorm(out));
      layers.push_back(relu);
    }
    layers.push_back(maxpool);
  }
  layers.push_back(flatten);
  layers.push_back(net.linear(256 * 4 * 4, 10));
  net.is(layers);
}

inline Layer basicBlock(Network& net, int64_t in, int64_t out, int64_t stride) {
  Layer conv1 = net.conv(in, out, 3, 1, stride, false), norm1 = net.batchnorm(out);
  Layer conv2 = net.conv(out, out, 3, 1, 1, false), norm2 = net.batchnorm(out);
  Layer shortcut = chain({});
  if (stride != 1 || in != out) {
    Layer conv = net.conv(in, out, 1, 0, stride, false), norm = net.batchnorm(out);
    shortcut = chain({conv, norm});
  }
  return [=](const Tensor& x) {
    Tensor y = norm2(conv2(relu(norm1(conv1(x)))));
    ops::add__Tensor::call(y, shortcut(x), 1.0);
    return relu(y);
  };
}

inline void m5(Network& net) {
  std::vector<Layer> layers{net.conv(3, 64, 3, 1, 1, false), net.batchnorm(64), relu};
  int64_t in = 64;
  for (int64_t out : {64, 128, 256, 512}) {
    layers.push_back(basicBlock(net, in, out, out == 64 ? 1 : 2));
    layers.push_back(basicBlock(net, out, out, 1));
    in = out;
  }
  layers.insert(layers.end(), {globalAverage, flatten, net.linear(512, 10)});
  net.is(layers);
}

inline void m6(Network& net) {
  Layer embedding = net.embedding(65, 64), lstm = net.lstm(64, 256);
  net.is({embedding, lstm, net.linear(256, 65)});
}

inline Layer transformerBlock(Network& net, int64_t time, int64_t width, int64_t heads) {
  Layer norm1 = net.layernorm(width), attention = net.attention(time, width, heads);
  Layer norm2 = net.layernorm(width), wide = net.linear(width, 4 * width);
  Layer narrow = net.linear(4 * width, width);
  return chain({residual(chain({norm1, attention})), residual(chain({norm2, wide, gelu, narrow}))});
}

inline void m7(Network& net) {
  std::vector<Layer> layers{net.embedding(65, 128), net.positions(64, 128)};
  for (int i = 0; i < 4; i++) {
    layers.push_back(transformerBlock(net, 64, 128, 4));
  }
  layers.push_back(net.layernorm(128));
  layers.push_back(net.linear(128, 65));
  net.is(layers);
}

/** A model; the dimensions of a sample and of its targets; whether samples are symbols. */
struct Model {
  const char* name;
  void (*build)(Network&);
  void (*update)(Optimizer&);
  Dims sample;
  Dims target;
  int64_t classes;
  bool symbols;
};

inline const Model* modelNamed(const char* name) {
  static const std::vector<Model> all{
      {"M1", m1, [](Optimizer& o) { o.sgd(0.001, 0.9, 0); }, {784}, {}, 10, false},
      {"M2", m2, [](Optimizer& o) { o.sgd(0.001, 0.9, 0); }, {3, 32, 32}, {}, 10, false},
      {"M3", m3, [](Optimizer& o) { o.adam(0.001); }, {1, 28, 28}, {}, 10, false},
      {"M4", m4, [](Optimizer& o) { o.sgd(0.001, 0.9, 5e-4); }, {3, 32, 32}, {}, 10, false},
      {"M5", m5, [](Optimizer& o) { o.sgd(0.001, 0.9, 5e-4); }, {3, 32, 32}, {}, 10, false},
      {"M6", m6, [](Optimizer& o) { o.adam(0.001); }, {64}, {64}, 65, true},
      {"M7", m7, [](Optimizer& o) { o.adamw(0.001, 0.01); }, {64}, {64}, 65, true},
  };
  for (const Model& model : all) {
    if (!std::strcmp(model.name, name)) {
      return &model;
    }
  }
  return nullptr;
}

}  // namespace peer
