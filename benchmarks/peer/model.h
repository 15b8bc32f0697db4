// SPDX-License-Identifier: Apache-2.0
//
// A model that trains on one random batch, or on what a tape holds.

#pragma once

#include "models.h"
#include "subject.h"
#include "tape.h"

namespace peer {

/** As `with torch.autocast("cpu", dtype=torch.bfloat16)`, if enabled. */
class Autocast {
 public:
  explicit Autocast(bool enabled) : enabled_(enabled) {
    if (enabled_) {
      at::autocast::set_autocast_dtype(c10::DeviceType::CPU, c10::ScalarType::BFloat16);
      at::autocast::set_autocast_enabled(c10::DeviceType::CPU, true);
      at::autocast::increment_nesting();
    }
  }

  ~Autocast() {
    if (enabled_) {
      if (at::autocast::decrement_nesting() == 0) {
        at::autocast::clear_cache();
      }
      at::autocast::set_autocast_enabled(c10::DeviceType::CPU, false);
    }
  }

 private:
  bool enabled_;
};

class ModelSubject : public Subject {
 public:
  ModelSubject(
      const Model& model, int64_t batch, c10::MemoryFormat format, bool is_narrow = false)
      : model_(model),
        network_(format),
        optimizer_((model.build(network_), network_.weights())),
        is_narrow_(is_narrow) {
    for (Tensor& weight : network_.weights()) {
      ops::requires_grad_::call(weight, true);
    }
    Dims input = batched(model.sample, batch), target = batched(model.target, batch);
    input_ = model.symbols ? ops::randint::call(model.classes, sizes(input), kLong, {}, {}, {})
                           : ops::randn::call(sizes(input), kFloat, {}, {}, {});
    if (input.size() == 4) {
      input_ = ops::contiguous::call(input_, format);
    }
    target_ = ops::randint::call(model.classes, sizes(target), kLong, {}, {}, {});
  }

  Tensor train() override {
    network_.setTraining(true);
    Tensor loss = forward();
    torch::autograd::backward({loss}, {}, {}, false, {});
    NoGrad guard;
    model_.update(optimizer_);
    return loss;
  }

  Tensor predict() override {
    NoGrad guard;
    network_.setTraining(false);
    return network_(input_);
  }

  void dump(const std::string& path) override { Tape(path, "wb").write(predict()); }

  /**
   * Trains on a tape and prints the loss of each step: the weights, then for each step the inputs
   * as floats or 64-bit integers and the targets as 64-bit integers.
   */
  void replay(const std::string& path) {
    Tape tape(path, "rb");
    {
      NoGrad guard;
      for (Tensor& weight : network_.weights()) {
        tape.read(weight, sizeof(float));
      }
    }
    size_t element = model_.symbols ? sizeof(int64_t) : sizeof(float);
    while (tape.read(input_, element) && tape.read(target_, sizeof(int64_t))) {
      std::printf("%.9g\n", ops::item::call(train()).toDouble());
    }
  }

 private:
  Tensor forward() {
    Autocast autocast(is_narrow_);
    Tensor output = network_(input_), target = target_;
    if (!model_.target.empty()) {
      output = ops::view::call(output, Sizes{-1, model_.classes});
      target = ops::view::call(target, Sizes{-1});
    }
    return ops::cross_entropy_loss::call(output, target, {}, 1, -100, 0.0);
  }

  static Dims batched(const Dims& sample, int64_t batch) {
    Dims dims{batch};
    dims.insert(dims.end(), sample.begin(), sample.end());
    return dims;
  }

  const Model& model_;
  Network network_;
  Optimizer optimizer_;
  bool is_narrow_;
  Tensor input_, target_;
};

}  // namespace peer
