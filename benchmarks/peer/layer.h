// SPDX-License-Identifier: Apache-2.0
//
// A layer as TorchScript, on the numbers of a tape.
//
// A tape starts with lines: "tensor float|long grad|fixed DIM…" for the input, then for each
// weight and buffer, then for the gradient of the output; then a function of all but the last, in
// training and in evaluation, each up to a line "end". The numbers follow in the same order.

#pragma once

#include <memory>
#include <sstream>

#include "script.h"
#include "subject.h"
#include "tape.h"

namespace peer {

class LayerSubject : public Subject {
 public:
  LayerSubject(const std::string& path, c10::MemoryFormat format) {
    Tape tape(path, "rb");
    std::string line = tape.line();
    std::vector<size_t> elements;
    std::vector<bool> trained;
    for (; line.rfind("tensor ", 0) == 0; line = tape.line()) {
      std::istringstream words(line);
      std::string keyword, type, role;
      words >> keyword >> type >> role;
      Dims dims;
      for (int64_t dim; words >> dim;) {
        dims.push_back(dim);
      }
      bool is_long = type == "long";
      tensors_.push_back(
          ops::zeros::call(sizes(dims), is_long ? kLong : kFloat, {}, {}, {}));
      elements.push_back(is_long ? sizeof(int64_t) : sizeof(float));
      trained.push_back(role == "grad");
      images_.push_back(dims.size() == 4);
    }
    train_ = std::make_unique<Script>(function(tape, line));
    predict_ = std::make_unique<Script>(function(tape, tape.line()));
    for (size_t i = 0; i < tensors_.size(); i++) {
      tape.read(tensors_[i], elements[i]);
      if (images_[i]) {
        tensors_[i] = ops::contiguous::call(tensors_[i], format);
      }
      if (trained[i]) {
        ops::requires_grad_::call(tensors_[i], true);
        trained_.push_back(tensors_[i]);
      }
    }
    upstream_ = tensors_.back();
    tensors_.pop_back();
  }

  Tensor train() override {
    for (const Tensor& tensor : trained_) {
      tensor.impl()->mutable_grad() = Tensor();
    }
    Tensor output = (*train_)(tensors_);
    torch::autograd::backward({output}, {upstream_}, {}, false, {});
    return output;
  }

  Tensor predict() override {
    NoGrad guard;
    return (*predict_)(tensors_);
  }

  /** The output while training, then the gradients in order. */
  void dump(const std::string& path) override {
    Tape tape(path, "wb");
    tape.write(train());
    for (const Tensor& tensor : trained_) {
      tape.write(tensor.impl()->mutable_grad());
    }
  }

 private:
  static std::string function(Tape& tape, std::string line) {
    std::string text;
    for (; line != "end"; line = tape.line()) {
      text += line + "\n";
    }
    return text;
  }

  std::vector<Tensor> tensors_, trained_;
  std::vector<bool> images_;
  Tensor upstream_;
  std::unique_ptr<Script> train_, predict_;
};

}  // namespace peer
