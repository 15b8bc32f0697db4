// SPDX-License-Identifier: Apache-2.0
//
// The part of libtorch's C++ binary interface that is called here. The packages that libtorch's
// shared libraries come in have no headers, so the few entry points that a training step needs are
// declared by hand: an operator is a line. The names and parameter types below make up the mangled
// names, so a function that is declared wrongly does not link. It holds for PyTorch 2.7 to 2.13, in
// the C++11 ABI.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace c10 {

enum class ScalarType : int8_t { Long = 4, Float = 6, BFloat16 = 15 };
enum class DeviceType : int8_t { CPU = 0 };
enum class Layout : int8_t {};
enum class MemoryFormat : int8_t { Contiguous = 0, ChannelsLast = 2 };

struct Device {
  int8_t type;
  int8_t index;
};

// A size. Only the plain, not the symbolic kind. The destructor decides how it is passed.
class SymInt {
 public:
  SymInt(int64_t value) : value_(value) {}
  ~SymInt() {}

 private:
  int64_t value_;
};

// A number of type double or int64: a tag, then a union whose largest member is a complex.
class Scalar {
 public:
  Scalar(double value) : tag_(0), value_{value, 0} {}
  ~Scalar() {}
  double toDouble() const { return value_[0]; }

 private:
  int32_t tag_;
  alignas(16) double value_[2];
};

template <typename T>
class ArrayRef {
 public:
  ArrayRef(const std::vector<T>& values) : data_(values.data()), size_(values.size()) {}

 private:
  const T* data_;
  size_t size_;
};

struct UndefinedTensorImpl {
  static UndefinedTensorImpl _singleton;
};

struct TensorImpl;

struct GradMode {
  static void set_enabled(bool enabled);
};

}  // namespace c10

extern "C" {
int32_t aoti_torch_new_tensor_handle(void* tensor, void** copy);
int32_t aoti_torch_delete_tensor_object(void* tensor);
int32_t aoti_torch_get_data_ptr(void* tensor, void** data);
int32_t aoti_torch_get_numel(void* tensor, int64_t* count);
}

namespace at {

// One counted pointer. Counting is left to libtorch, which does it for tensors on the heap.
class Tensor {
 public:
  Tensor() : impl_(undefined()) {}
  Tensor(Tensor&& other) noexcept : impl_(std::exchange(other.impl_, undefined())) {}
  Tensor(const Tensor& other) {
    void* copy = nullptr;
    aoti_torch_new_tensor_handle(const_cast<Tensor*>(&other), &copy);
    impl_ = std::exchange(static_cast<Tensor*>(copy)->impl_, undefined());
    aoti_torch_delete_tensor_object(copy);
  }
  Tensor& operator=(Tensor other) noexcept {
    std::swap(impl_, other.impl_);
    return *this;
  }
  ~Tensor() {
    if (impl_ != undefined()) {
      aoti_torch_delete_tensor_object(new Tensor(std::move(*this)));
    }
  }
  c10::TensorImpl* impl() const { return impl_; }
  bool defined() const { return impl_ != undefined(); }
  int64_t numel() const {
    int64_t count = 0;
    aoti_torch_get_numel(const_cast<Tensor*>(this), &count);
    return count;
  }
  void* data() const {
    void* data = nullptr;
    aoti_torch_get_data_ptr(const_cast<Tensor*>(this), &data);
    return data;
  }

 private:
  static c10::TensorImpl* undefined() {
    return reinterpret_cast<c10::TensorImpl*>(&c10::UndefinedTensorImpl::_singleton);
  }

  c10::TensorImpl* impl_;
};

// A random number generator; none is ever passed.
struct Generator {
  void* impl;
  ~Generator() {}
};

class Context {
 public:
  bool setFlushDenormal(bool on);
};
Context& globalContext();

namespace autocast {
void set_autocast_enabled(c10::DeviceType device, bool enabled);
void set_autocast_dtype(c10::DeviceType device, c10::ScalarType type);
int increment_nesting();
int decrement_nesting();
void clear_cache();
}  // namespace autocast

void set_num_threads(int threads);
std::string show_config();

namespace _ops {

using c10::ArrayRef;
using c10::MemoryFormat;
using c10::Scalar;
using c10::SymInt;
using Type = std::optional<c10::ScalarType>;
using Layout = std::optional<c10::Layout>;
using Device = std::optional<c10::Device>;
using Pinned = std::optional<bool>;
using Format = std::optional<MemoryFormat>;
using MaybeTensor = std::optional<Tensor>;
using Tensors = ArrayRef<Tensor>;
using Sizes = ArrayRef<SymInt>;
using Ints = ArrayRef<int64_t>;
using Two = std::tuple<Tensor, Tensor>;
using Three = std::tuple<Tensor, Tensor, Tensor>;

// An operator: its name, its result, the types of its parameters. PyTorch's native_functions.yaml
// says what they are; `linear.out` is called linear_out there.
#define OP(name, result, ...)         \
  struct name {                       \
    static result call(__VA_ARGS__);  \
  };

// Tensors: size, type, layout, device, pinned.
OP(zeros, Tensor, Sizes, Type, Layout, Device, Pinned)
OP(zeros_like, Tensor, const Tensor&, Type, Layout, Device, Pinned, Format)
OP(randn, Tensor, Sizes, Type, Layout, Device, Pinned)
OP(randint, Tensor, SymInt high, Sizes, Type, Layout, Device, Pinned)
OP(uniform_, Tensor&, Tensor&, double from, double to, std::optional<Generator>)
OP(fill__Scalar, Tensor&, Tensor&, const Scalar&)
OP(requires_grad_, Tensor&, Tensor&, bool)
OP(item, Scalar, const Tensor&)
OP(size_int, int64_t, const Tensor&, int64_t dim)

// Shape.
OP(contiguous, Tensor, const Tensor&, MemoryFormat)
OP(flatten_using_ints, Tensor, const Tensor&, int64_t start, int64_t end)
OP(view, Tensor, const Tensor&, Sizes)
OP(transpose_int, Tensor, const Tensor&, int64_t, int64_t)
OP(permute, Tensor, const Tensor&, Ints)
OP(reshape, Tensor, const Tensor&, Sizes)
OP(index_select, Tensor, const Tensor&, int64_t dim, const Tensor& places)
OP(unbind_int, std::vector<Tensor>, const Tensor&, int64_t dim)

// Arithmetic. The scalar is a factor of the second operand.
OP(add_Tensor, Tensor, const Tensor&, const Tensor&, const Scalar&)
OP(add__Tensor, Tensor&, Tensor&, const Tensor&, const Scalar&)
OP(sub_Tensor, Tensor, const Tensor&, const Tensor&, const Scalar&)
OP(mul_Scalar, Tensor, const Tensor&, const Scalar&)
OP(mul__Scalar, Tensor&, Tensor&, const Scalar&)
OP(abs, Tensor, const Tensor&)
OP(mean, Tensor, const Tensor&, Type)
OP(norm_Scalar, Tensor, const Tensor&, const Scalar& power)

// Layers.
OP(linear, Tensor, const Tensor&, const Tensor& weight, const MaybeTensor& bias)
OP(conv2d, Tensor, const Tensor&, const Tensor& weight, const MaybeTensor& bias, Sizes stride,
   Sizes padding, Sizes dilation, SymInt groups)
OP(conv_transpose2d_input, Tensor, const Tensor&, const Tensor& weight, const MaybeTensor& bias,
   Sizes stride, Sizes padding, Sizes output_padding, SymInt groups, Sizes dilation)
OP(batch_norm, Tensor, const Tensor&, const MaybeTensor& weight, const MaybeTensor& bias,
   const MaybeTensor& mean, const MaybeTensor& var, bool training, double momentum, double eps,
   bool cudnn)
OP(layer_norm, Tensor, const Tensor&, Sizes, const MaybeTensor& weight, const MaybeTensor& bias,
   double eps, bool cudnn)
OP(relu, Tensor, const Tensor&)
OP(relu6, Tensor, const Tensor&)
OP(sigmoid, Tensor, const Tensor&)
OP(dropout, Tensor, const Tensor&, double share, bool training)
OP(gelu, Tensor, const Tensor&, std::string_view approximate)
OP(max_pool2d, Tensor, const Tensor&, Ints kernel, Ints stride, Ints padding, Ints dilation,
   bool ceil)
OP(adaptive_avg_pool1d, Tensor, const Tensor&, Ints)
OP(adaptive_avg_pool2d, Tensor, const Tensor&, Sizes)
OP(embedding, Tensor, const Tensor& weight, const Tensor& indices, SymInt padding, bool scale,
   bool sparse)
OP(lstm_input, Three, const Tensor&, Tensors states, Tensors weights, bool bias, int64_t layers,
   double dropout, bool training, bool bidirectional, bool batch_first)
OP(gru_input, Two, const Tensor&, const Tensor& state, Tensors weights, bool bias, int64_t layers,
   double dropout, bool training, bool bidirectional, bool batch_first)
OP(scaled_dot_product_attention, Tensor, const Tensor& queries, const Tensor& keys,
   const Tensor& values, const MaybeTensor& mask, double dropout, bool causal,
   std::optional<double> scale, bool grouped)

// Losses and optimizers. The last two are the gradients' scale and whether one is infinite.
OP(cross_entropy_loss, Tensor, const Tensor&, const Tensor& target, const MaybeTensor& weight,
   int64_t reduction, SymInt ignore, double smoothing)
OP(l1_loss, Tensor, const Tensor&, const Tensor& target, int64_t reduction)
OP(mse_loss, Tensor, const Tensor&, const Tensor& target, int64_t reduction)
OP(binary_cross_entropy_with_logits, Tensor, const Tensor&, const Tensor& target,
   const MaybeTensor& weight, const MaybeTensor& positive_weight, int64_t reduction)
OP(_fused_sgd_, void, Tensors weights, Tensors grads, Tensors momenta, double decay,
   double momentum, double lr, double dampening, bool nesterov, bool maximize, bool first_step,
   const MaybeTensor&, const MaybeTensor&)
OP(_fused_adam_, void, Tensors weights, Tensors grads, Tensors averages, Tensors squares,
   Tensors max_squares, Tensors steps, double lr, double beta1, double beta2, double decay,
   double eps, bool amsgrad, bool maximize, const MaybeTensor&, const MaybeTensor&)
OP(_fused_adamw_, void, Tensors weights, Tensors grads, Tensors averages, Tensors squares,
   Tensors max_squares, Tensors steps, double lr, double beta1, double beta2, double decay,
   double eps, bool amsgrad, bool maximize, const MaybeTensor&, const MaybeTensor&)

#undef OP

}  // namespace _ops
}  // namespace at

namespace c10 {

struct TensorImpl {
  at::Tensor& mutable_grad();
};

}  // namespace c10

namespace torch::autograd {

void backward(
    const std::vector<at::Tensor>& losses, const std::vector<at::Tensor>& grads,
    std::optional<bool> retain_graph, bool create_graph, const std::vector<at::Tensor>& inputs);

}  // namespace torch::autograd
