// SPDX-License-Identifier: Apache-2.0
//
// The models of ../../samples, layer by layer as they stand there, with their losses and optimizers.

#pragma once

#include <cmath>
#include <cstring>

#include "models.h"

namespace peer {

/** Layers that only the samples need. */
class SampleNetwork : public Network {
 public:
  SampleNetwork() : Network(c10::MemoryFormat::Contiguous) {}

  Layer depthwise(int64_t channels, int64_t stride) {
    Tensor weight = uniform({channels, 1, 3, 3}, 1 / 3.0);
    Sizes strides{stride, stride}, one{1, 1};
    return [=](const Tensor& x) {
      return ops::conv2d::call(x, weight, {}, strides, one, one, channels);
    };
  }

  /** A convolution of patches that do not overlap. */
  Layer patches(int64_t in, int64_t out, int64_t size) {
    return conv(in, out, size, 0, size, true);
  }

  Layer convTranspose(int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t pad) {
    double bound = 1 / std::sqrt(out * kernel * kernel);
    Tensor weight = uniform({in, out, kernel, kernel}, bound);
    std::optional<Tensor> bias = uniform({out}, bound);
    Sizes strides{stride, stride}, padding{pad, pad}, none{0, 0}, one{1, 1};
    return [=](const Tensor& x) {
      return ops::conv_transpose2d_input::call(x, weight, bias, strides, padding, none, 1, one);
    };
  }

  Layer gru(int64_t in, int64_t hidden) {
    double bound = 1 / std::sqrt(hidden);
    std::vector<Tensor> weights{
        uniform({3 * hidden, in}, bound), uniform({3 * hidden, hidden}, bound),
        uniform({3 * hidden}, bound), uniform({3 * hidden}, bound)};
    return [=, this](const Tensor& x) {
      Tensor zero = filled({1, ops::size_int::call(x, 0), hidden}, 0);
      return std::get<0>(
          ops::gru_input::call(x, zero, weights, true, 1, 0, isTraining(), false, true));
    };
  }

  Layer smallEmbedding(int64_t count, int64_t width) {
    Tensor weight = keep(small({count, width}));
    return [=](const Tensor& x) { return ops::embedding::call(weight, x, -1, false, false); };
  }

  Layer learnedPositions(int64_t time, int64_t width) {
    Tensor weight = keep(small({time, width}));
    return [=](const Tensor& x) { return ops::add_Tensor::call(x, weight, 1.0); };
  }

  Layer dropout(double share) {
    return [=, this](const Tensor& x) { return ops::dropout::call(x, share, isTraining()); };
  }

 private:
  static Tensor small(const Dims& dims) {
    return ops::mul_Scalar::call(ops::randn::call(sizes(dims), kFloat, {}, {}, {}), 0.02);
  }
};

using Tensors = std::vector<Tensor>;

/** From the inputs of a batch to its outputs. */
using Forward = std::function<Tensor(const Tensors&)>;

inline Forward ofOne(std::vector<Layer> layers) {
  return [whole = chain(std::move(layers))](const Tensors& inputs) { return whole(inputs[0]); };
}

inline Tensor relu6(const Tensor& x) { return ops::relu6::call(x); }

inline Tensor sigmoid(const Tensor& x) { return ops::sigmoid::call(x); }

inline Layer shaped(Sizes to) {
  return [=](const Tensor& x) { return ops::reshape::call(x, to); };
}

inline Forward vgg(SampleNetwork& net) {
  std::vector<Layer> layers;
  int64_t in = 3;
  for (int64_t out : {32, 64, 128}) {
    for (int i = 0; i < 2; i++, in = out) {
      layers.insert(
          layers.end(), {net.conv(in, out, 3, 1, 1, false), net.batchnorm(out), Layer(relu)});
    }
    layers.push_back(maxpool);
  }
  layers.insert(layers.end(), {Layer(flatten), net.dropout(0.3), net.linear(128 * 16, 10)});
  return ofOne(layers);
}

inline Forward resnet18(SampleNetwork& net) {
  std::vector<Layer> layers{net.conv(3, 16, 3, 1, 1, false), net.batchnorm(16), relu};
  int64_t in = 16;
  for (int64_t out : {16, 32, 64, 128}) {
    layers.push_back(basicBlock(net, in, out, out == 16 ? 1 : 2));
    layers.push_back(basicBlock(net, out, out, 1));
    in = out;
  }
  layers.insert(layers.end(), {Layer(globalAverage), Layer(flatten), net.linear(128, 10)});
  return ofOne(layers);
}

inline Forward mobilenet(SampleNetwork& net) {
  std::vector<Layer> layers{net.conv(3, 32, 3, 1, 1, false), net.batchnorm(32), relu6};
  int64_t in = 32;
  for (auto [out, stride] : std::vector<std::pair<int64_t, int64_t>>{
           {64, 1}, {128, 2}, {128, 1}, {256, 2}, {256, 1}}) {
    layers.insert(layers.end(), {net.depthwise(in, stride), net.batchnorm(in), Layer(relu6)});
    layers.insert(
        layers.end(), {net.conv(in, out, 1, 0, 1, false), net.batchnorm(out), Layer(relu6)});
    in = out;
  }
  layers.insert(layers.end(), {Layer(globalAverage), Layer(flatten), net.linear(256, 10)});
  return ofOne(layers);
}

inline Forward vit(SampleNetwork& net) {
  constexpr int64_t width = 64, time = 64;
  Layer by_patch = [](const Tensor& x) {
    return ops::transpose_int::call(ops::flatten_using_ints::call(x, 2, -1), 1, 2);
  };
  Layer mean = [](const Tensor& x) {
    return flatten(
        ops::adaptive_avg_pool1d::call(ops::transpose_int::call(x, 1, 2), Dims{1}));
  };
  std::vector<Layer> layers{
      net.patches(3, width, 4), by_patch, net.learnedPositions(time, width)};
  for (int i = 0; i < 4; i++) {
    Layer norm1 = net.layernorm(width), attention = net.attention(time, width, 4, false);
    Layer norm2 = net.layernorm(width), wide = net.linear(width, 2 * width);
    Layer narrow = net.linear(2 * width, width);
    layers.push_back(residual(chain({norm1, attention})));
    layers.push_back(residual(chain({norm2, wide, gelu, narrow})));
  }
  layers.insert(layers.end(), {net.layernorm(width), mean, net.linear(width, 10)});
  return ofOne(layers);
}

inline Forward autoencoder(SampleNetwork& net) {
  Layer down1 = net.conv(1, 16, 3, 1, 2, true), down2 = net.conv(16, 32, 3, 1, 2, true);
  Layer code = net.linear(32 * 7 * 7, 16), wide = net.linear(16, 32 * 7 * 7);
  Layer up1 = net.convTranspose(32, 16, 4, 2, 1), up2 = net.convTranspose(16, 1, 4, 2, 1);
  return ofOne(
      {down1, relu, down2, relu, flatten, code, wide, relu, shaped({-1, 32, 7, 7}), up1, relu, up2,
       sigmoid});
}

inline Forward charLstm(SampleNetwork& net) {
  Layer embedding = net.embedding(65, 32), lstm = net.lstm(32, 128);
  return ofOne({embedding, lstm, net.linear(128, 65)});
}

inline Forward tinyGpt(SampleNetwork& net) {
  std::vector<Layer> layers{net.smallEmbedding(65, 128), net.learnedPositions(64, 128)};
  for (int i = 0; i < 4; i++) {
    layers.push_back(transformerBlock(net, 64, 128, 4));
  }
  layers.insert(layers.end(), {net.layernorm(128), net.linear(128, 65)});
  return ofOne(layers);
}

inline Forward gruNames(SampleNetwork& net) {
  Layer embedding = net.embedding(27, 16), gru = net.gru(16, 64);
  return ofOne({embedding, gru, net.linear(64, 27)});
}

inline Forward california(SampleNetwork& net) {
  Layer first = net.linear(13, 64), second = net.linear(64, 64), third = net.linear(64, 1);
  Layer dollars = [](const Tensor& x) { return ops::mul_Scalar::call(x, 100'000.0); };
  return ofOne({first, relu, second, relu, third, dollars, shaped({-1})});
}

inline Forward siamese(SampleNetwork& net) {
  Layer conv1 = net.conv(1, 8, 5, 2, 2, true), conv2 = net.conv(8, 16, 3, 1, 2, true);
  Layer describe = net.linear(16 * 7 * 7, 32), same = net.linear(32, 1);
  Layer tower = chain({conv1, relu, conv2, relu, flatten, describe, sigmoid});
  return [=](const Tensors& inputs) {
    Tensor apart = ops::sub_Tensor::call(tower(inputs[0]), tower(inputs[1]), 1.0);
    return ops::reshape::call(same(ops::abs::call(apart)), Sizes{-1});
  };
}

/** The outputs, the inputs and the targets of a batch to its loss, a mean. */
using Loss = Tensor (*)(const Tensor&, const Tensors&, const Tensor&);

constexpr int64_t kMean = 1;

inline Tensor crossEntropy(const Tensor& output, const Tensors&, const Tensor& target) {
  int64_t classes = ops::size_int::call(output, -1);
  return ops::cross_entropy_loss::call(
      ops::reshape::call(output, Sizes{-1, classes}), ops::reshape::call(target, Sizes{-1}), {},
      kMean, -100, 0.0);
}

inline Tensor distance(const Tensor& output, const Tensors&, const Tensor& target) {
  return ops::l1_loss::call(output, target, kMean);
}

inline Tensor likeness(const Tensor& output, const Tensors& inputs, const Tensor&) {
  return ops::mse_loss::call(output, inputs[0], kMean);
}

inline Tensor yesOrNo(const Tensor& output, const Tensors&, const Tensor& target) {
  return ops::binary_cross_entropy_with_logits::call(output, target, {}, {}, kMean);
}

/** Which step of how many, from 0. */
struct Moment {
  double step, steps;
};

/** As torch.optim.lr_scheduler.OneCycleLR(max_lr=0.1) leads torch.optim.SGD. */
inline void oneCycle(Optimizer& optimizer, Moment now) {
  double top = 0.3 * now.steps - 1, last = now.steps - 1;
  bool rises = now.step <= top;
  double done = rises ? now.step / top : (now.step - top) / (last - top);
  auto between = [&](double from, double to) {
    return to + (from - to) / 2 * (1 + std::cos(M_PI * done));
  };
  double max = 0.1, low = max / 25;
  double rate = rises ? between(low, max) : between(max, low / 1e4);
  double momentum = rises ? between(0.95, 0.85) : between(0.85, 0.95);
  optimizer.sgd(rate, momentum, 5e-4);
}

/** A sample: what it is, how it learns; `clip` bounds the gradient's norm unless it is 0. */
struct Sample {
  const char* name;
  Forward (*build)(SampleNetwork&);
  Loss loss;
  void (*update)(Optimizer&, Moment);
  double clip;
};

inline const Sample* sampleNamed(const char* name) {
  static const std::vector<Sample> all{
      {"vgg", vgg, crossEntropy, [](Optimizer& o, Moment) { o.sgd(0.01, 0.9, 5e-4); }, 0},
      {"resnet18", resnet18, crossEntropy, oneCycle, 0},
      {"mobilenet", mobilenet, crossEntropy, [](Optimizer& o, Moment) { o.adam(0.002); }, 0},
      {"vit", vit, crossEntropy, [](Optimizer& o, Moment) { o.adamw(0.001, 0.05); }, 1},
      {"autoencoder", autoencoder, likeness, [](Optimizer& o, Moment) { o.adam(0.002); }, 0},
      {"char_lstm", charLstm, crossEntropy, [](Optimizer& o, Moment) { o.adam(0.004); }, 1},
      {"tiny_gpt", tinyGpt, crossEntropy, [](Optimizer& o, Moment) { o.adamw(0.001, 0.01); }, 1},
      {"gru_names", gruNames, crossEntropy, [](Optimizer& o, Moment) { o.adam(0.005); }, 0},
      {"california", california, distance, [](Optimizer& o, Moment) { o.adam(0.002); }, 0},
      {"siamese", siamese, yesOrNo, [](Optimizer& o, Moment) { o.adam(0.002); }, 0},
  };
  for (const Sample& sample : all) {
    if (!std::strcmp(sample.name, name)) {
      return &sample;
    }
  }
  return nullptr;
}

}  // namespace peer
